"use strict";

// Apache Thrift for Node as interop server and client: interop.js server|client IDL --port …

const fs = require("fs");
const path = require("path");
const { parseArgs } = require("util");

// The package is installed elsewhere, as the environment says.
const thrift = require("thrift");

const { run } = require("./checks");
const { handler } = require("./handler");
const idl = require("./idl");
const { Stubs } = require("./stubs");

const PROTOCOLS = { binary: thrift.TBinaryProtocol, compact: thrift.TCompactProtocol, json: thrift.TJSONProtocol };
const TRANSPORTS = {
  buffered: thrift.TBufferedTransport,
  framed: thrift.TFramedTransport,
  http: thrift.TBufferedTransport,
};

const { positionals, values: options } = parseArgs({
  allowPositionals: true,
  options: {
    host: { type: "string", default: "127.0.0.1" },
    port: { type: "string", default: "9090" },
    protocol: { type: "string", default: "binary" },
    transport: { type: "string", default: "buffered" },
    multiplex: { type: "boolean", default: false },
    "domain-socket": { type: "string" },
    tls: { type: "string" },
  },
});
const [role, file, key] = positionals;
const isHttp = options.transport === "http";
const stack = { protocol: PROTOCOLS[options.protocol], transport: TRANSPORTS[options.transport] };

function load() {
  const uuid = path.join(path.dirname(file), "interop_uuid.thrift");
  const found = idl.parse(fs.readFileSync(file, "utf8") + fs.readFileSync(uuid, "utf8"));
  // One service answers both.
  Object.assign(found.services.Interop, found.services.UuidSvc);
  return new Stubs(found);
}

function serve() {
  const stubs = load();
  const answers = handler(stubs.classes);
  let processor = stubs.processor("Interop", answers);
  if (options.multiplex) {
    const several = new thrift.MultiplexedProcessor();
    several.registerProcessor("Interop", processor);
    several.registerProcessor("Second", stubs.processor("Second", answers));
    processor = several;
  }
  // `--tls CERTIFICATE KEY`: the second file is a positional argument.
  const tls = options.tls && { cert: fs.readFileSync(options.tls), key: fs.readFileSync(key) };
  const server = isHttp
    ? thrift.createWebServer({ services: { "/": { ...stack, processor } }, tls })
    : thrift.createMultiplexServer(processor, { ...stack, tls });
  server.on("error", (error) => console.error(error.message));
  if (options["domain-socket"]) server.listen(options["domain-socket"]);
  else server.listen(Number(options.port), options.host);
}

async function connect() {
  const stubs = load();
  const { host, port } = options;
  const ca = options.tls && fs.readFileSync(options.tls);
  let connection;
  if (isHttp) {
    const nodeOptions = ca ? { ca } : {};
    connection = thrift.createHttpConnection(host, Number(port), { ...stack, https: Boolean(ca), nodeOptions });
  } else if (options["domain-socket"]) {
    connection = thrift.createUDSConnection(options["domain-socket"], stack);
  } else if (ca) {
    connection = thrift.createSSLConnection(host, Number(port), { ...stack, ca });
  } else {
    connection = thrift.createConnection(host, Number(port), stack);
  }
  const broken = new Promise((_, reject) => {
    connection.on("error", reject);
    connection.on("close", () => reject(new Error("the connection was closed")));
  });
  // Nobody may be waiting for it.
  broken.catch(() => {});
  if (!isHttp) await Promise.race([new Promise((resolve) => connection.once("connect", resolve)), broken]);
  // One client with the methods of both services: a connection has one client.
  const { services } = stubs.idl;
  services.All = { ...services.InteropPlus, ...services.UuidSvc };
  const All = stubs.client("All");
  const multiplexer = options.multiplex && new thrift.Multiplexer();
  const client = multiplexer
    ? multiplexer.createClient("Interop", All, connection)
    : thrift.createClient(All, connection);
  const second = multiplexer && multiplexer.createClient("Second", stubs.client("Second"), connection);
  return {
    client,
    newer: renamed(stubs, client),
    uuids: client,
    second,
    classes: stubs.classes,
    broken,
    http: isHttp,
  };
}

/** A client of `InteropV2`, which has a method of `Interop` with another type, on the connection of a client. */
function renamed(stubs, client) {
  const Newer = stubs.client("InteropV2");
  return {
    async echoOptions(value) {
      const newer = new Newer(client.output, client.pClass);
      newer._reqs = client._reqs;
      newer.new_seqid = () => (client._seqid = client.new_seqid());
      const receive = client.recv_echoOptions;
      client.recv_echoOptions = newer.recv_echoOptions;
      try {
        return await newer.echoOptions(value);
      } finally {
        client.recv_echoOptions = receive;
      }
    },
  };
}

if (role === "server") serve();
else {
  run(connect).then((status) => {
    process.exitCode = status;
    setImmediate(() => process.exit());
  });
}
