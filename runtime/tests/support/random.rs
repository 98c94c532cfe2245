//! Random numbers from a seed.
#![allow(dead_code, unreachable_pub, reason = "no test needs all of it, and all are public in one")]

/// SplitMix64: small, and the same everywhere.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// Starts at a seed.
    pub fn new(seed: u64) -> Random {
        Random(seed)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A number below the bound, which is above 0.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.bits() % bound as u64) as usize
    }

    /// That many bytes.
    pub fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| self.bits() as u8).collect()
    }

    /// The bytes with a few changes: other bytes, extreme numbers, pieces left out or doubled.
    pub fn mutate(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut mutated = bytes.to_vec();
        for _ in 0..=self.below(4) {
            if mutated.is_empty() {
                break;
            }
            let at = self.below(mutated.len());
            match self.below(6) {
                0 => mutated[at] = self.bits() as u8,
                1 => mutated[at] ^= 1 << self.below(8),
                2 => {
                    let extreme = [0x7fff_ffffu32, 0x8000_0000, 0xffff_ffff, 0, 0x0100_0000];
                    let number = extreme[self.below(extreme.len())].to_be_bytes();
                    for (to, from) in mutated[at..].iter_mut().zip(number) {
                        *to = from;
                    }
                }
                3 => mutated.truncate(at),
                4 => {
                    let end = at + self.below(mutated.len() - at + 1);
                    mutated.drain(at..end);
                }
                _ => {
                    let end = at + self.below((mutated.len() - at).min(64) + 1);
                    let piece = mutated[at..end].to_vec();
                    mutated.splice(at..at, piece);
                }
            }
        }
        mutated
    }
}
