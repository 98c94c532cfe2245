//! Bulk conversion of numbers between native and wire byte order.
//!
//! The loops are plain Rust; on x86-64 they are also compiled for AVX2, which nearly every machine
//! has and which swaps bytes two to three times as fast as the baseline.
#![allow(
    unsafe_code,
    reason = "a function compiled for AVX2 may only be called where there is AVX2; and bytes that are \
              all written need not be cleared first, which took a quarter of the time"
)]

use std::mem::MaybeUninit;

use byteorder::ByteOrder;

/// `$write` appends numbers in a byte order, `$read` reads them; an incomplete number at the end is
/// ignored.
macro_rules! bulk {
    ($number:ident, $width:literal, $one:ident, $from:ident, $write:ident, $read:ident) => {
        pub(crate) fn $write<B: ByteOrder>(values: &[$number], bytes: &mut Vec<u8>) {
            #[inline(always)]
            fn plain<B: ByteOrder>(values: &[$number], bytes: &mut Vec<u8>) {
                bytes.reserve(values.len() * $width);
                let room = bytes.spare_capacity_mut().chunks_exact_mut($width);
                for (room, value) in room.zip(values) {
                    let mut swapped = [0; $width];
                    B::$one(&mut swapped, *value);
                    room.copy_from_slice(&swapped.map(MaybeUninit::new));
                }
                // SAFETY: the capacity was reserved, and all bytes have been written.
                unsafe { bytes.set_len(bytes.len() + values.len() * $width) };
            }

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2")]
            fn avx2<B: ByteOrder>(values: &[$number], bytes: &mut Vec<u8>) {
                plain::<B>(values, bytes);
            }

            #[cfg(target_arch = "x86_64")]
            if values.len() >= 16 && std::arch::is_x86_feature_detected!("avx2") {
                // SAFETY: AVX2 was detected.
                return unsafe { avx2::<B>(values, bytes) };
            }
            plain::<B>(values, bytes);
        }

        pub(crate) fn $read<B: ByteOrder>(bytes: &[u8]) -> Vec<$number> {
            #[inline(always)]
            fn plain<B: ByteOrder>(bytes: &[u8]) -> Vec<$number> {
                let (numbers, _) = bytes.as_chunks::<$width>();
                let mut values = Vec::with_capacity(numbers.len());
                for (room, number) in values.spare_capacity_mut().iter_mut().zip(numbers) {
                    room.write(B::$from(number));
                }
                // SAFETY: the capacity was reserved, and all numbers have been written.
                unsafe { values.set_len(numbers.len()) };
                values
            }

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2")]
            fn avx2<B: ByteOrder>(bytes: &[u8]) -> Vec<$number> {
                plain::<B>(bytes)
            }

            #[cfg(target_arch = "x86_64")]
            if bytes.len() >= 64 && std::arch::is_x86_feature_detected!("avx2") {
                // SAFETY: AVX2 was detected.
                return unsafe { avx2::<B>(bytes) };
            }
            plain::<B>(bytes)
        }
    };
}

bulk!(i16, 2, write_i16, read_i16, write_i16s, read_i16s);
bulk!(i32, 4, write_i32, read_i32, write_i32s, read_i32s);
bulk!(i64, 8, write_i64, read_i64, write_i64s, read_i64s);
bulk!(f64, 8, write_f64, read_f64, write_f64s, read_f64s);

#[cfg(test)]
mod tests {
    use byteorder::{BigEndian, LittleEndian};

    use super::*;

    #[test]
    fn numbers_come_back_whatever_their_count() {
        // Under Miri the compiler flags decide, so that both loops can be tested.
        #[cfg(all(miri, target_feature = "avx2"))]
        assert!(std::arch::is_x86_feature_detected!("avx2"));
        // Fewer under Miri.
        let large = if cfg!(miri) { 50..50 } else { 255..258 };
        for count in [0, 1, 7, 15, 16, 17, 40].into_iter().chain(large) {
            let numbers =
                || (0..count).map(|at: i64| at.wrapping_mul(0x9e37_79b9_7f4a_7c15_u64 as i64));
            let i16s: Vec<i16> = numbers().map(|number| number as i16).collect();
            let i32s: Vec<i32> = numbers().map(|number| number as i32).collect();
            let i64s: Vec<i64> = numbers().collect();
            let f64s: Vec<f64> = numbers().map(|number| number as f64).collect();
            let mut bytes = vec![0xaa];
            write_i16s::<BigEndian>(&i16s, &mut bytes);
            assert_eq!(bytes[1..], i16s.iter().flat_map(|n| n.to_be_bytes()).collect::<Vec<_>>());
            assert_eq!(read_i16s::<BigEndian>(&bytes[1..]), i16s);
            bytes.truncate(1);
            write_i32s::<BigEndian>(&i32s, &mut bytes);
            assert_eq!(bytes[1..], i32s.iter().flat_map(|n| n.to_be_bytes()).collect::<Vec<_>>());
            assert_eq!(read_i32s::<BigEndian>(&bytes[1..]), i32s);
            bytes.truncate(1);
            write_i64s::<BigEndian>(&i64s, &mut bytes);
            assert_eq!(bytes[1..], i64s.iter().flat_map(|n| n.to_be_bytes()).collect::<Vec<_>>());
            assert_eq!(read_i64s::<BigEndian>(&bytes[1..]), i64s);
            bytes.truncate(1);
            write_f64s::<LittleEndian>(&f64s, &mut bytes);
            assert_eq!(bytes[1..], f64s.iter().flat_map(|n| n.to_le_bytes()).collect::<Vec<_>>());
            assert_eq!(read_f64s::<LittleEndian>(&bytes[1..]), f64s);
            // An incomplete number is ignored.
            bytes.push(0xaa);
            assert_eq!(read_f64s::<LittleEndian>(&bytes[1..]), f64s);
        }
    }
}
