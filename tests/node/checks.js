"use strict";

// The checks of the interop client, in their order. An outcome is printed as one line: `PASS name`,
// `FAIL name: why` or `SKIP name: why`.

const assert = require("assert");
const { Thrift } = require("thrift");

class Skip extends Error {}

const equal = assert.deepStrictEqual;

async function each(echo, ...values) {
  for (const value of values) equal(plain(await echo(value)), plain(value));
}

/** Buffers that share memory are equal to others, and structs to objects with the same fields. */
function plain(value) {
  if (Buffer.isBuffer(value)) return "bytes " + value.toString("hex");
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Set) return new Set([...value].map(plain));
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, plain(item)]));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, plain(field)]));
}

async function fails(call, Kind) {
  let answer;
  try {
    answer = await call;
  } catch (error) {
    if (error instanceof Kind) return error;
    throw error;
  }
  throw new Error(`answered with ${answer}`);
}

const scalars = ({ Scalars }) =>
  new Scalars({
    flag: true, tiny: -8, small: 1600, medium: -320000, large: 1n << 60n, real: 2.25, text: "scalars é",
    blob: Buffer.from([0, 127, 128, 255]), color: 2, stamp: -9n,
  });

const containers = (classes) =>
  new classes.Containers({
    ints: [1, -2, 3], tags: new Set(["x", "y"]), counts: new Map([["one", 1n], ["big", (1n << 63n) - 1n]]),
    flags: [true, false, true], by_id: new Map([[5, [scalars(classes), scalars(classes)]], [-5, []]]),
    grid: [[], ["a"], ["b", "c"]], deep: new Map([["deep", new Map([[1, new Set([10n, 11n])], [2, new Set()]])]]),
    reals: [0.5, -1e10], bits: new Map([[1, true], [-1, false]]), palette: [1, 5],
    blobs: [Buffer.alloc(0), Buffer.from([255, 254])], names: new Map([[1, "red"], [5, "blue"]]),
    nothings: [new classes.Empty(), new classes.Empty()], shorts: new Set([-300, 0, 300]),
  });

const options = ({ Options }) => new Options({ id: 2, note: "n", count: -3, label: "l", level: 0, ready: false });

async function unknown({ client, newer, classes }, blob, blobs) {
  const inner = Object.assign(scalars(classes), { blob });
  const sent = new classes.OptionsV2({
    id: 9, note: "kept", extra_map: new Map([["k", [inner]]]), extra_set: new Set([-(1n << 63n), 0n]),
    extra_struct: Object.assign(containers(classes), { blobs, by_id: new Map([[5, [inner]]]) }),
    extra_bool: true, extra_double: -0.5, extra_bools: [true, false],
  });
  const { id, note, extra_map: map } = await newer.echoOptions(sent);
  equal({ id, note, map }, { id: 9, note: "kept", map: null });
  await client.ping();
}

const CHECKS = {
  async whoami({ client }) {
    const name = await client.whoami();
    console.log("server:", name);
    assert(name);
  },
  ping: async ({ client }) => equal(await client.ping(), undefined),
  bool: ({ client }) => each((v) => client.echoBool(v), true, false),
  i8: ({ client }) => each((v) => client.echoI8(v), 0, 1, -1, -128, 127),
  i16: ({ client }) => each((v) => client.echoI16(v), 0, 1, -1, -32768, 32767),
  i32: ({ client }) => each((v) => client.echoI32(v), 0, 1, -1, -2147483648, 2147483647),
  i64: ({ client }) => each((v) => client.echoI64(v), 0n, 1n, -1n, -(1n << 63n), (1n << 63n) - 1n),
  double: ({ client }) => each((v) => client.echoDouble(v), 0, 1.5, -1.1, 1e300, 5e-324, 3.141592653589793),
  double_negzero: async ({ client }) => equal(Object.is(await client.echoDouble(-0), -0), true),
  double_nonfinite: ({ client }) => each((v) => client.echoDouble(v), NaN, Infinity, -Infinity),
  string: ({ client }) => each((v) => client.echoString(v), "", "hello", "0123456789".repeat(30)),
  string_unicode: ({ client }) => each((v) => client.echoString(v), "héllo", "漢字", "😀𝄞"),
  string_escapes: ({ client }) => each((v) => client.echoString(v), '" \\ / \b \f \n \r \t \x01 \x7f'),
  binary({ client }) {
    const all = Buffer.from(Array.from({ length: 256 }, (_, at) => at));
    const short = [0, 1, 2, 3, 4, 5].map((length) => all.subarray(250 - length, 250));
    return each((v) => client.echoBinary(v), ...short, all);
  },
  enum: ({ client }) => each((v) => client.echoEnum(v), 1, 5, 2147483647),
  list({ client }) {
    const lists = [0, 1, 14, 15, 16, 1000].map((length) => Array.from({ length }, (_, at) => at * 7 - 3));
    return each((v) => client.echoList(v), ...lists);
  },
  set: ({ client }) => each((v) => client.echoSet(v), new Set(), new Set(["a", "b", "é"])),
  map: ({ client }) => each((v) => client.echoMap(v), new Map(), new Map([["a", 1], ["b", -2], ["é", 2147483647]])),
  empty_struct: ({ client, classes }) => each((v) => client.echoEmpty(v), new classes.Empty()),
  async scalars({ client, classes }) {
    await each((v) => client.echoScalars(v), scalars(classes));
    // A peer that has no null answers with defaults.
    const { flag, tiny, medium, text } = await client.echoScalars(new classes.Scalars());
    equal([flag, tiny, medium, text].some(Boolean), false);
  },
  gaps: ({ client, classes }) => {
    const values = { forty: 40, one: true, sixteen: false, seventeen: -17, thousand: "thousand", last: true };
    return each((v) => client.echoGaps(v), new classes.Gaps(values));
  },
  containers: ({ client, classes }) => each((v) => client.echoContainers(v), containers(classes)),
  containers_empty: ({ client, classes }) => {
    const [list, set, map] = [[], new Set(), new Map()];
    return each((v) => client.echoContainers(v), new classes.Containers({
      ints: list, tags: set, counts: map, flags: list, by_id: map, grid: list, deep: map, reals: list, bits: map,
      palette: list, blobs: list, names: map, nothings: list, shorts: set,
    }));
  },
  options: ({ client, classes }) =>
    each((v) => client.echoOptions(v), new classes.Options({ id: 1 }), options(classes)),
  async options_described({ client, classes }) {
    equal(await client.describeOptions(new classes.Options({ id: 1 })),
      "id=1 note=- count=- label=unnamed level=7 ready=-");
    equal(await client.describeOptions(options(classes)), "id=2 note=n count=-3 label=l level=0 ready=false");
  },
  async union({ client, classes }) {
    for (const [arm, described] of [
      [{ number: -5 }, "number:-5"],
      [{ text: "t" }, "text:t"],
      [{ record: scalars(classes) }, "record:scalars é"],
      [{ many: [1, 2, 3] }, "many:3"],
    ]) {
      const choice = new classes.Choice(arm);
      await each((v) => client.echoChoice(v), choice);
      equal(await client.describeChoice(choice), described);
    }
  },
  async recursion({ client, classes: { Tree } }) {
    const kids = [0, 1, 2].map((value) => new Tree({ value, kids: [] }));
    const branches = [0, 1, 2, 3].map((value) => new Tree({ value, kids }));
    await each((v) => client.echoTree(v), new Tree({ value: -1, kids: branches }));
    let chain = new Tree({ value: 0, kids: [] });
    for (let value = 1; value < 30; value++) chain = new Tree({ value, kids: [chain] });
    equal(await client.treeDepth(chain), 30);
  },
  mix: async ({ client }) => equal(await client.mix(3, -20n, ["a", "b"]), 3n),
  fail_ok: async ({ client }) => equal(await client.fail(0), "ok"),
  async fail_declared({ client, classes }) {
    const { code, reason } = await fails(client.fail(1), classes.Oops);
    equal([code, reason], [1001, "declared"]);
    const { key, nearest } = await fails(client.fail(2), classes.NotFound);
    equal([key, nearest.text], ["k", "near"]);
  },
  async fail_void({ client, classes }) {
    equal(await client.failVoid(0), undefined);
    const { code, reason } = await fails(client.failVoid(1), classes.Oops);
    equal([code, reason], [1002, "void"]);
  },
  async large({ client }) {
    const blob = Buffer.alloc(1 << 20, "0123456789abcdefghijk");
    assert(blob.equals(await client.echoBinary(blob)), "another blob");
    const text = "é".repeat(1 << 19);
    assert((await client.echoString(text)) === text, "another text");
  },
  async oneway({ client, http }) {
    const token = `token ${process.pid}`;
    for (let times = 0; times < 3; times++) {
      client.fire(token);
      // It makes a request of each call, and waits for none of them.
      if (http) await new Promise((resolve) => setTimeout(resolve, 100));
    }
    equal(await client.fired(token), 3);
  },
  unknown_fields: (peer) => unknown(peer, Buffer.alloc(0), []),
  unknown_binary: (peer) => unknown(peer, Buffer.from([255, 254, 128]), [Buffer.from([255]), Buffer.from([128])]),
  async unknown_method({ client, classes }) {
    // `unknown_binary` is about what is not UTF-8.
    const sent = Object.assign(containers(classes), { blobs: [Buffer.from("text")], by_id: new Map() });
    const error = await fails(client.notThere(sent, 5), Thrift.TApplicationException);
    equal(error.type, Thrift.TApplicationExceptionType.UNKNOWN_METHOD);
    await client.ping();
  },
  async undeclared({ client }) {
    const error = await fails(client.fail(3), Thrift.TApplicationException);
    console.log("undeclared:", error.type);
    await client.ping();
  },
  async second({ client, second }) {
    if (!second) throw new Skip("the server is not multiplexed");
    assert((await second.greet("you")).includes("you"));
    equal(await second.add(40, 2), 42);
    await client.ping();
  },
  async uuid({ uuids, classes: { UuidBox } }) {
    // A version 4 UUID: its JSON accepts no others.
    const [one, other] = ["00112233-4455-4677-8899-aabbccddeeff", "ffffffff-ffff-ffff-ffff-ffffffffffff"];
    try {
      await each((v) => uuids.echoUuid(v), one);
    } catch (error) {
      if (error.type === Thrift.TApplicationExceptionType.UNKNOWN_METHOD) throw new Skip("the server has no uuid");
      throw error;
    }
    const names = new Map([[one, "first"], [other, "last"]]);
    await each((v) => uuids.echoUuidBox(v), new UuidBox({ id: one, ids: [other, one], names }));
  },
};

// Milliseconds that a check may take.
const PATIENCE = 20000;

/** Runs all checks and returns the exit status. `connect` makes a peer; after a failure it makes another. */
exports.run = async function (connect) {
  let [failed, peer] = [false, null];
  try {
    peer = await connect();
  } catch (error) {
    console.error("cannot connect:", error.message);
    return 2;
  }
  for (const [name, check] of Object.entries(CHECKS)) {
    let timer;
    try {
      peer ??= await connect();
      const late = new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error(`not done after ${PATIENCE / 1000} seconds`)), PATIENCE);
      });
      await Promise.race([check(peer), late, peer.broken]);
      console.log("PASS", name);
    } catch (error) {
      const why = String(error.message ?? error).replace(/\s+/g, " ").slice(0, 400);
      if (error instanceof Skip) console.log(`SKIP ${name}: ${why}`);
      else {
        console.log(`FAIL ${name}: ${why}`);
        [failed, peer] = [true, null];
      }
    }
    clearTimeout(timer);
  }
  return failed ? 1 : 0;
};
