// What the peers' benchmarks measure beside ../bench.thrift: structs whose shape is a case of its own.
// There is neither i8 nor i16 here, since Protocol Buffers have none.
namespace rs more

// Many optional fields, of which a third is set.
struct Optionals {
  1: optional i32 f1,
  2: optional string f2,
  3: optional bool f3,
  4: optional i64 f4,
  5: optional double f5,
  6: optional list<i32> f6,
  7: optional string f7,
  8: optional i32 f8,
  9: optional i64 f9,
  10: optional bool f10,
  11: optional string f11,
  12: optional double f12,
  13: optional double f13,
  14: optional i32 f14,
  15: optional string f15,
  16: optional list<i32> f16,
  17: optional i64 f17,
  18: optional string f18,
  19: optional i32 f19,
  20: optional bool f20,
  21: optional double f21,
  22: optional bool f22,
  23: optional i64 f23,
  24: optional i32 f24,
  25: optional string f25,
  26: optional list<i32> f26,
  27: optional double f27,
  28: optional i32 f28,
  29: optional string f29,
  30: optional bool f30,
}

// Fields with defaults, most of which are never changed.
struct Defaults {
  1: i32 port = 9090,
  2: string host = "localhost",
  3: bool secure = true,
  4: double ratio = 0.75,
  5: i64 frame = 16384000,
  6: string path = "/var/lib/service/data",
  7: i32 threads = 8,
  8: i64 memory = 104857600,
  9: double factor = 1.5,
  10: bool verbose = false,
  11: optional i32 retries = 3,
  12: optional string user = "nobody",
  13: optional bool compress = true,
  14: optional i64 timeout = 30000,
  15: optional double backoff = 2.0,
  16: optional string region = "eu-central-1",
}

// The same before twelve fields were added.
struct DefaultsBefore {
  1: i32 port = 9090,
  2: string host = "localhost",
  3: bool secure = true,
  4: double ratio = 0.75,
}

// One within the other.
struct Deep {
  1: required i32 level,
  2: required string label,
  3: optional Deep inner,
}

// Ids that are far apart.
struct Sparse {
  1: required i32 f1,
  100: required i64 f100,
  250: optional string f250,
  1000: required string f1000,
  1001: optional bool f1001,
  4000: required double f4000,
  10000: optional i64 f10000,
  16000: required bool f16000,
  32000: required i32 f32000,
  32767: optional double f32767,
}

struct Point {
  1: required i32 x,
  2: required i32 y,
  3: optional string label,
}

// What a newer peer sends…
struct Wide {
  1: required i32 f1,
  2: required string f2,
  3: required i32 f3,
  4: required list<i32> f4,
  5: required Point f5,
  6: required string f6,
  7: required i64 f7,
  8: required map<string, i32> f8,
  9: required list<i32> f9,
  10: required string f10,
  11: required list<string> f11,
  12: required Point f12,
  13: required bool f13,
  14: required double f14,
  15: required double f15,
  16: required list<Point> f16,
  17: required string f17,
  18: required i64 f18,
  19: required i32 f19,
  20: required map<string, string> f20,
  21: required bool f21,
  22: required string f22,
  23: required list<double> f23,
  24: required string f24,
  25: required Point f25,
  26: required i32 f26,
  27: required map<string, i32> f27,
  28: required double f28,
  29: required string f29,
  30: required i32 f30,
}

// … and what an older one knows of it: every third field.
struct Narrow {
  3: required i32 f3,
  6: required string f6,
  9: required list<i32> f9,
  12: required Point f12,
  15: required double f15,
  18: required i64 f18,
  21: required bool f21,
  24: required string f24,
  27: required map<string, i32> f27,
  30: required i32 f30,
}
