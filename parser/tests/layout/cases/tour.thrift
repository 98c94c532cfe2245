/* License
 * text */

/** File doc. */
include "a.thrift"   ;
include 'b.thrift'
namespace rs a.b (x = "y")
namespace * foo // trailing
const i32 LIMIT=10;
const list<map<string,E>> TABLE=[{"a":E.X},{}] ; const map<string,i32> M = {
  "a":1,
  "bbb":2 // two
  // dangling
}
const list<string> LONG = ["aaaaaaaaaaaaaaaaaaaaaaaaaaaaa","aaaaaaaaaaaaaaaaaaaaaaaaaaaaa","aaaaaaaaaaaaaaaaaaaaaaaaaaaaa","aaaaaaaaa"]
typedef map < i32 , a.T > (k="v") Table


enum E{X=1,Y Z=-0x3(a)} // end of E
/**
	 * doc of S
	 *   more
	 */
struct S { // opener

	// first
	1: required i32 a=LIMIT; // end of line
	/** about b */ 2: optional list<set<binary>> b (c.d="e"),


	-1:other.T t={"x":1}, // t
	S & next
	// dangling before closer
} (final)
struct Empty{}
struct Empty2{ /* nothing */ }
service V extends other.Base{
  oneway void f(1:i64 x)
  /* plain
     two lines */
  Table g(1: S s = {"a":3}, /* mid */ 2: bool c=true) throws (1:Oops oops),
  Table longer_name_of_a_method(1: S some_argument = {"a":3}, 2: bool another_argument=true) throws (1:Oops oops) # sharp
  Table h(
     // first
     1: S s) throws(1: Oops o, // why
  2: Oops2 p);
}
// the end
