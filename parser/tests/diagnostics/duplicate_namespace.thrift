namespace py a
namespace rs a
namespace py b
