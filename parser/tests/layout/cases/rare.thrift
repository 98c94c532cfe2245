cpp_include "a.h";
namespace   py.twisted   x.y
struct X xsd_all { 1: list cpp_type "std::list<int>" <i32> cpp_type "x" l xsd_optional xsd_nillable xsd_attrs{1: string a; } (k="v")
/* before a type */ 2: required map cpp_type 'M' <string(a.b = "c"),set<i32>> & m = {} ; }
union U{}service T{async void a(/* none */)
void b()throws()(x) }
const map<string,list<i32>> M = {"a": [1,2
],/* two */"b":[],
"c":[ // three
3]}
/* at
     the
   end */
