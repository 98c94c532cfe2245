//! How many fields a value has, by its bytes in the binary protocol.

/// The values that stand for themselves: numbers and strings, wherever they are. A struct or
/// container counts as what is in it.
pub fn count(bytes: &[u8]) -> usize {
    let mut bytes = bytes;
    let fields = structure(&mut bytes);
    assert!(bytes.is_empty(), "the bytes are one struct");
    fields
}

fn structure(bytes: &mut &[u8]) -> usize {
    let mut fields = 0;
    loop {
        let [ty] = take(bytes);
        if ty == 0 {
            return fields;
        }
        let _id: [u8; 2] = take(bytes);
        fields += value(ty, bytes);
    }
}

fn value(ty: u8, bytes: &mut &[u8]) -> usize {
    let width = match ty {
        2 | 3 => 1,
        6 => 2,
        8 => 4,
        4 | 10 => 8,
        11 => len(bytes),
        12 => return structure(bytes),
        13 => {
            let [key, element] = take(bytes);
            return (0..len(bytes)).map(|_| value(key, bytes) + value(element, bytes)).sum();
        }
        14 | 15 => {
            let [element] = take(bytes);
            return (0..len(bytes)).map(|_| value(element, bytes)).sum();
        }
        _ => panic!("there is no type {ty} in these structs"),
    };
    *bytes = &bytes[width..];
    1
}

fn len(bytes: &mut &[u8]) -> usize {
    u32::from_be_bytes(take(bytes)) as usize
}

fn take<const N: usize>(bytes: &mut &[u8]) -> [u8; N] {
    let (taken, rest) = bytes.split_first_chunk().expect("the bytes are whole");
    *bytes = rest;
    *taken
}

#[cfg(test)]
mod tests {
    use super::count;
    use crate::sides::Protocol;
    use crate::workloads;

    #[test]
    fn what_stands_for_itself_is_counted_wherever_it_is() {
        let fields = |name| {
            let workload = workloads::all().into_iter().find(|workload| workload.name == name);
            count((workload.expect("there is one").given)(Protocol::Binary).bytes)
        };
        assert_eq!(fields("small"), 5);
        // A key and five fields in each entry.
        assert_eq!(fields("map-1k-small"), 6000);
        assert_eq!(fields("i32-1k"), 1000);
        // A number and a string on each level.
        assert_eq!(fields("deep-40"), 80);
    }
}
