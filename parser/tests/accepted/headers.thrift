namespace py a.b
namespace * c
namespace py.twisted d;
namespace rs e (key = "value"),
namespace smalltalk.category a-b-c
namespace foo a.1b
cpp_include "<vector>"
cpp_include "x.h";
