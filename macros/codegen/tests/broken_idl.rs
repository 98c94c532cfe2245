//! IDL with mistakes of all kinds: the macro never panics, always ends, and writes items that the compiler can parse,
//! so that the mistakes are the only errors.

use std::fmt::Write;

use proc_macro2::TokenStream;
use quote::quote;
use thriftly_codegen::thrift;

/// A small generator of random numbers (SplitMix64), so that a failure can be repeated.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % limit.max(1) as u64) as usize
    }
}

const IDL: &str = r#"
const i32 LIMIT = 10
const list < map < string , Color > > TABLE = [ { "a" : Color.RED } , { } ]
typedef map < i32 , Person > People
enum Color { RED = 1 , GREEN , BLUE = 3 }
struct Person { 1 : required string name = "x" , 2 : optional list < Person > kids , 3 : Color color = Color.BLUE ,
  4 : optional list < Value > best = [ { "number" : 1 } ] , 5 : double weight = 1.5 }
union Value { 1 : Person person ; 2 : i64 number ; 3 : list < Value > values }
exception Missing { 1 : string why = "gone" , 2 : optional Value value }
service Base { oneway void ping ( 1 : i32 times ) }
service Store extends Base {
  Value get ( 1 : string key , 2 : Person by = { } ) throws ( 1 : Missing missing ) ,
  void put ( 1 : string key , 2 : Value value )
  map < string , People > all ( )
}
"#;

/// `IDL` with a few words taken out, put in twice, swapped or replaced by others.
fn mutated(random: &mut Random) -> String {
    let mut lines: Vec<Vec<&str>> = IDL.lines().map(|line| line.split(' ').collect()).collect();
    let words: Vec<&str> = IDL.split_whitespace().collect();
    for _ in 0..1 + random.below(4) {
        let at = random.below(lines.len());
        let line = &mut lines[at];
        if line.is_empty() {
            continue;
        }
        let at = random.below(line.len());
        match random.below(4) {
            0 => drop(line.remove(at)),
            1 => line.insert(at, words[random.below(words.len())]),
            2 => line[at] = words[random.below(words.len())],
            _ => {
                let other = random.below(line.len());
                line.swap(at, other);
            }
        }
    }
    let mut text = String::new();
    for line in lines {
        let _ = writeln!(text, "{}", line.join(" "));
    }
    text
}

/// Expands mutated IDL with the options, and parses what the macro writes.
fn mistakes_are_the_only_errors(seed: u64, options: &TokenStream) {
    let mut random = Random(seed);
    for _ in 0..100 {
        let idl = mutated(&mut random);
        let expansion = thrift(quote!(inline: #idl, warnings: hidden #options), None);
        let text = expansion.to_string();
        assert!(syn::parse2::<syn::File>(expansion).is_ok(), "{idl}\n{text}");
    }
}

// Tests of their own, which run at the same time.

#[test]
fn mistakes_in_the_idl_are_the_only_errors() {
    mistakes_are_the_only_errors(7, &quote!());
}

#[test]
fn mistakes_in_the_idl_are_the_only_errors_with_views_and_hashed_maps() {
    mistakes_are_the_only_errors(8, &quote!(, views: true, maps: hashed));
}

#[test]
fn mistakes_in_the_idl_are_the_only_errors_with_optional_fields_and_derives() {
    mistakes_are_the_only_errors(9, &quote!(, unmarked: optional, derive: [serde::Serialize]));
}
