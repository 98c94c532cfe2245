struct string {}
const i32 list = 1
namespace py struct
enum struct { A }
service S extends service {}
