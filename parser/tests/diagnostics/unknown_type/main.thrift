include "shared.thrift"
include "deep.thrift"

struct Person {
  1: Strng name
  2: Persn friend
  3: list<Nope> nopes
  4: u32 count
  5: shared.Colour color
  6: share.Color other
  7: Color forgotten
  8: deep.shared.Color transitive
  9: int plain
}
