/** never closed
struct S {}
