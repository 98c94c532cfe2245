//! Bulk varint codec for lists of `i16`, `i32` and `i64`.
//!
//! Numbers are processed in batches and two steps: the first finds their boundaries, the second
//! moves the bits of several numbers at once without branches.
//!
//! The loops are plain Rust; on x86-64 they are also compiled for AVX2 and BMI, which makes them a
//! quarter faster on nearly all machines.
#![allow(
    unsafe_code,
    reason = "a function compiled for AVX2 and BMI may only be called where they are"
)]

use super::varint::{
    Broken, FOLLOWS, LENGTHS, MORE, Varint, gather, spread, tail, unzigzag32, unzigzag64, zigzag32,
    zigzag64,
};

/// Batch size, in numbers.
const BATCH: usize = 32;

/// See [`read_all`].
pub(super) type ReadAll<T> = fn(&[u8], usize, &mut Vec<T>) -> Result<usize, (usize, Broken)>;

/// `$read` reads lists of a type, `$write` appends them. For arguments and results see [`read_all`]
/// and [`write_all32`].
macro_rules! lists {
    ($number:ident, $read:ident, $make:expr, $write:ident, $write_all:ident, $zigzag:expr) => {
        pub(super) fn $read(
            bytes: &[u8],
            count: usize,
            values: &mut Vec<$number>,
        ) -> Result<usize, (usize, Broken)> {
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt")]
            fn fast(
                bytes: &[u8],
                count: usize,
                values: &mut Vec<$number>,
            ) -> Result<usize, (usize, Broken)> {
                read_all(bytes, count, values, $make)
            }

            if count < BATCH {
                return read_each(bytes, 0, count, values, $make);
            }
            #[cfg(target_arch = "x86_64")]
            if is_fast() {
                // SAFETY: AVX2 and BMI were detected.
                return unsafe { fast(bytes, count, values) };
            }
            read_all(bytes, count, values, $make)
        }

        pub(super) fn $write(values: &[$number], out: &mut Vec<u8>) {
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt")]
            fn fast(values: &[$number], out: &mut Vec<u8>) {
                $write_all(values, out, $zigzag)
            }

            #[cfg(target_arch = "x86_64")]
            if is_fast() {
                // SAFETY: AVX2 and BMI were detected.
                return unsafe { fast(values, out) };
            }
            $write_all(values, out, $zigzag)
        }
    };
}

lists!(i16, read_i16s, make_i16, write_i16s, write_all32, zigzag16);
lists!(i32, read_i32s, make_i32, write_i32s, write_all32, zigzag32);
lists!(i64, read_i64s, make_i64, write_i64s, write_all64, zigzag64);

/// Whether the CPU features of the second compilation are available.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn is_fast() -> bool {
    std::arch::is_x86_feature_detected!("avx2")
        && std::arch::is_x86_feature_detected!("bmi1")
        && std::arch::is_x86_feature_detected!("bmi2")
        && std::arch::is_x86_feature_detected!("lzcnt")
}

#[inline(always)]
fn zigzag16(value: i16) -> u32 {
    zigzag32(value.into())
}

#[inline(always)]
fn make_i16(number: u32) -> (i16, bool) {
    let value = unzigzag32(number);
    (value as i16, i16::try_from(value).is_ok())
}

#[inline(always)]
fn make_i32(number: u32) -> (i32, bool) {
    (unzigzag32(number), true)
}

#[inline(always)]
fn make_i64(number: u64) -> (i64, bool) {
    (unzigzag64(number), true)
}

/// Reads `count` numbers and converts each with `make`, which also reports whether it fits. Returns
/// the bytes read, or the offset of the first malformed number.
#[inline(always)]
fn read_all<V: Varint, T: Copy + Default>(
    bytes: &[u8],
    count: usize,
    values: &mut Vec<T>,
    make: impl Fn(V) -> (T, bool),
) -> Result<usize, (usize, Broken)> {
    let mut rest = bytes;
    let end = values.len() + count;
    let (mut low, mut high) = ([0; BATCH], [0; BATCH]);
    let mut made = [T::default(); BATCH];
    while end - values.len() >= BATCH {
        let before = rest;
        let mut whole = 0;
        while whole < BATCH {
            // Runs of small numbers are common.
            if whole % 8 == 0
                && let Some(eight) = rest.first_chunk::<8>()
                && u64::from_le_bytes(*eight) & MORE == 0
            {
                low[whole..whole + 8].copy_from_slice(&eight.map(u64::from));
                high[whole..whole + 8].fill(0);
                rest = &rest[8..];
                whole += 8;
                continue;
            }
            let Some(number) = rest.first_chunk() else { break };
            let Some(cut) = V::cut(number) else { break };
            (low[whole], high[whole]) = (cut.0, cut.1);
            rest = &rest[cut.2..];
            whole += 1;
        }
        let mut broken = 0;
        for ((made, &low), &high) in made.iter_mut().zip(&low).zip(&high) {
            let (number, beyond) = V::join(gather(low), high);
            let fits;
            (*made, fits) = make(number);
            broken |= beyond | u64::from(!fits);
        }
        if whole < BATCH || broken != 0 {
            // Again, one by one: near the end, or a number is malformed.
            rest = before;
            break;
        }
        values.extend_from_slice(&made);
    }
    read_each(bytes, bytes.len() - rest.len(), end - values.len(), values, make)
}

/// Reads `count` numbers from an offset on, one by one, and returns the offset behind them. See [`read_all`].
#[inline(always)]
fn read_each<V: Varint, T>(
    bytes: &[u8],
    mut at: usize,
    count: usize,
    values: &mut Vec<T>,
    make: impl Fn(V) -> (T, bool),
) -> Result<usize, (usize, Broken)> {
    for _ in 0..count {
        let (number, length) = V::read(&bytes[at..]).map_err(|broken| (at, broken))?;
        match make(number) {
            (value, true) => values.push(value),
            _ => return Err((at, Broken::Long)),
        }
        at += length;
    }
    Ok(at)
}

/// Appends the values as 32-bit varints.
#[inline(always)]
pub(super) fn write_all32<T: Copy>(values: &[T], out: &mut Vec<u8>, make: impl Fn(T) -> u32) {
    let (mut numbers, mut words) = ([0; BATCH], [0; BATCH]);
    // Eight bytes are written per number; the next number overwrites the excess.
    let mut bytes = [0; BATCH * 5 + 3];
    for values in values.chunks(BATCH) {
        for ((number, word), &value) in numbers.iter_mut().zip(&mut words).zip(values) {
            *number = u64::from(make(value));
            *word = spread(*number);
        }
        let mut at = 0;
        for (number, word) in numbers.iter().zip(&words).take(values.len()) {
            let zeros = number.leading_zeros() as usize;
            let word = word | FOLLOWS[zeros];
            bytes[at..at + 8].copy_from_slice(&word.to_le_bytes());
            at += usize::from(LENGTHS[zeros]);
        }
        out.extend_from_slice(&bytes[..at]);
    }
}

/// Appends the values as 64-bit varints.
#[inline(always)]
pub(super) fn write_all64<T: Copy>(values: &[T], out: &mut Vec<u8>, make: impl Fn(T) -> u64) {
    let (mut numbers, mut words) = ([0; BATCH], [0; BATCH]);
    let mut bytes = [0; BATCH * 10];
    for values in values.chunks(BATCH) {
        for ((number, word), &value) in numbers.iter_mut().zip(&mut words).zip(values) {
            *number = make(value);
            *word = spread(*number);
        }
        let mut at = 0;
        for (number, word) in numbers.iter().zip(&words).take(values.len()) {
            let zeros = number.leading_zeros() as usize;
            let word = word | FOLLOWS[zeros];
            let room = &mut bytes[at..at + 10];
            room[..8].copy_from_slice(&word.to_le_bytes());
            room[8..].copy_from_slice(&tail(*number).to_le_bytes());
            at += usize::from(LENGTHS[zeros]);
        }
        out.extend_from_slice(&bytes[..at]);
    }
}

#[cfg(test)]
mod tests {
    use super::super::varint::tests::{numbers, reference};
    use super::*;

    #[test]
    fn lists_are_read_as_their_numbers_are_one_by_one() {
        let numbers: Vec<u64> = numbers().collect();
        // Each number occurs at many positions of a batch; only a few under Miri.
        for skip in (0..70).step_by(if cfg!(miri) { 23 } else { 1 }) {
            let numbers = &numbers[skip..];
            let bytes: Vec<u8> = numbers.iter().flat_map(|&number| reference(number)).collect();
            for count in [0, 1, 2, 40, 200, numbers.len()] {
                let mut values = Vec::new();
                let length = read_all(&bytes, count, &mut values, |number: u64| (number, true));
                assert_eq!(values, numbers[..count]);
                let expected = numbers[..count].iter().map(|&number| reference(number).len()).sum();
                assert_eq!(length, Ok(expected));
            }
            let mut values = Vec::new();
            let more = read_all(&bytes, numbers.len() + 1, &mut values, |n: u64| (n, true));
            assert_eq!(more, Err((bytes.len(), Broken::Short)));
        }
    }

    /// Through the functions that select a loop.
    #[test]
    fn lists_of_every_type_come_back() {
        // Under Miri the compiler flags decide, so that both loops can be tested.
        #[cfg(all(miri, target_feature = "avx2"))]
        assert!(is_fast());
        for count in [0, 1, BATCH - 1, BATCH, BATCH + 1, 3 * BATCH] {
            macro_rules! comes_back {
                ($number:ident, $read:ident, $write:ident, $zigzag:ident) => {
                    let values: Vec<$number> =
                        numbers().step_by(3).take(count).map(|number| number as $number).collect();
                    let mut bytes = vec![0xaa];
                    $write(&values, &mut bytes);
                    let one_by_one = values.iter().map(|value| reference($zigzag(*value).into()));
                    assert_eq!(bytes[1..], one_by_one.collect::<Vec<_>>().concat());
                    let mut back = Vec::new();
                    assert_eq!($read(&bytes[1..], count, &mut back), Ok(bytes.len() - 1));
                    assert_eq!(back, values);
                };
            }
            comes_back!(i16, read_i16s, write_i16s, zigzag16);
            comes_back!(i32, read_i32s, write_i32s, zigzag32);
            comes_back!(i64, read_i64s, write_i64s, zigzag64);
        }
    }

    #[test]
    fn what_is_broken_in_a_list_is_found_where_it_is() {
        for place in [0, 1, 30, 63, 64, 65, 200] {
            for broken in [&[0xff; 5][..], &[0x80; 40], b"\xff\xff\xff\xff\x10"] {
                let bytes = [&vec![1; place], broken, &[1; 100]].concat();
                let mut values = Vec::new();
                let result = read_all(&bytes, place + 50, &mut values, |n: u32| (n, true));
                assert_eq!(result, Err((place, Broken::Long)));
                assert_eq!(values, vec![1; place]);
            }
            let bytes = vec![200; place].iter().flat_map(|&n| reference(n)).collect::<Vec<_>>();
            let bytes = [&bytes[..], &[7], &[1; 100]].concat();
            let mut values = Vec::new();
            let not_seven = |number: u32| (number, number != 7);
            let result = read_all(&bytes, place + 50, &mut values, not_seven);
            assert_eq!(result, Err((2 * place, Broken::Long)));
        }
    }
}
