# Apache Thrift for Ruby as interop server and client: interop.rb server|client IDL --port …
#
# The folder of the code that Apache's compiler has made of the IDL comes from RUBYLIB.

require "optparse"
require "set"
require "thrift"
require "timeout"
require "interop"
require "interop_plus"
require "interop_v2"
require "second"

include Interop

class Skip < StandardError; end

options = { host: "127.0.0.1", port: 9090, protocol: "binary", transport: "buffered" }
OptionParser.new do |parser|
  parser.on("--host HOST") { |value| options[:host] = value }
  parser.on("--port PORT", Integer) { |value| options[:port] = value }
  parser.on("--protocol NAME") { |value| options[:protocol] = value }
  parser.on("--transport NAME") { |value| options[:transport] = value }
  parser.on("--multiplex") { options[:multiplex] = true }
  parser.on("--domain-socket PATH") { |value| options[:path] = value }
end.parse!
OPTIONS = options
PROTOCOLS = {
  "binary" => Thrift::BinaryProtocolFactory,
  "binary-in-c" => Thrift::BinaryProtocolAcceleratedFactory,
  "compact" => Thrift::CompactProtocolFactory,
  "json" => Thrift::JsonProtocolFactory,
}.freeze
TRANSPORTS = { "buffered" => Thrift::BufferedTransportFactory, "framed" => Thrift::FramedTransportFactory }.freeze

# Answers Interop and Second.
class Handler
  def initialize
    @tokens = Hash.new(0)
  end

  %w[Bool I8 I16 I32 I64 Double String Binary Enum List Set Map Empty Scalars Gaps Containers Options Choice
     Tree].each do |type|
    define_method("echo#{type}") { |value| value }
  end

  def whoami = "ruby thrift #{Gem.loaded_specs['thrift']&.version || '0.14'}"

  def ping; end

  def describeOptions(options)
    text = ->(value) { value.nil? ? "-" : value.to_s }
    "id=#{options.id} note=#{text.(options.note)} count=#{text.(options.count)} label=#{options.label} " \
      "level=#{options.level} ready=#{text.(options.ready)}"
  end

  def describeChoice(choice)
    value = choice.get_value
    case choice.get_set_field
    when :number then "number:#{value}"
    when :text then "text:#{value}"
    when :record then "record:#{value.text}"
    when :many then "many:#{value.size}"
    else "none"
    end
  end

  def treeDepth(tree) = 1 + ((tree.kids || []).map { |kid| treeDepth(kid) }.max || 0)

  def mix(a, b, c) = a + 10 * b + 100 * c.size

  def fail(kind)
    case kind
    when 0 then "ok"
    when 1 then raise Oops.new(code: 1001, reason: "declared")
    when 2 then raise NotFound.new(key: "k", nearest: Scalars.new(text: "near"))
    else raise "an error that the IDL does not declare"
    end
  end

  def failVoid(kind)
    raise Oops.new(code: 1002, reason: "void") unless kind.zero?
  end

  def fire(token)
    @tokens[token] += 1
  end

  def fired(token) = @tokens[token]

  def greet(name) = "hello #{name}"

  def add(a, b) = a + b
end

def serve
  handler = Handler.new
  processor = ::Interop::Interop::Processor.new(handler)
  if OPTIONS[:multiplex]
    several = Thrift::MultiplexedProcessor.new
    several.register_processor("Interop", processor)
    several.register_processor("Second", Second::Processor.new(handler))
    processor = several
  end
  socket = if OPTIONS[:path]
             Thrift::UNIXServerSocket.new(OPTIONS[:path])
           else
             Thrift::ServerSocket.new(OPTIONS[:host], OPTIONS[:port])
           end
  transport = TRANSPORTS[OPTIONS[:transport]].new
  Thrift::ThreadedServer.new(processor, socket, transport, PROTOCOLS[OPTIONS[:protocol]].new).serve
end

# The clients of one connection.
class Peer
  attr_reader :client, :newer, :second

  def initialize
    if OPTIONS[:transport] == "http"
      transport = Thrift::HTTPClientTransport.new("http://#{OPTIONS[:host]}:#{OPTIONS[:port]}/")
    else
      socket = if OPTIONS[:path]
                 Thrift::UNIXSocket.new(OPTIONS[:path])
               else
                 Thrift::Socket.new(OPTIONS[:host], OPTIONS[:port])
               end
      transport = TRANSPORTS[OPTIONS[:transport]].new.get_transport(socket)
      transport.open
    end
    protocol = PROTOCOLS[OPTIONS[:protocol]].new.get_protocol(transport)
    named = lambda do |name|
      OPTIONS[:multiplex] ? Thrift::MultiplexedProtocol.new(protocol, name) : protocol
    end
    @client = InteropPlus::Client.new(named.("Interop"))
    @newer = InteropV2::Client.new(named.("Interop"))
    @second = Second::Client.new(named.("Second")) if OPTIONS[:multiplex]
  end
end

def equal(found, expected)
  raise "got #{found.inspect[0, 400]} instead of #{expected.inspect[0, 400]}" unless found == expected
end

def each(client, method, *values)
  values.each { |value| equal(client.send(method, value), value) }
end

def fails(kind)
  answer = yield
rescue kind => e
  e
else
  raise "answered with #{answer.inspect[0, 400]}"
end

def integers(bits)
  half = 1 << (bits - 1)
  [0, 1, -1, -half, half - 1]
end

def scalars
  Scalars.new(flag: true, tiny: -8, small: 1600, medium: -320_000, large: 1 << 60, real: 2.25, text: "scalars é",
              blob: "\x00\x7F\x80\xFF".b, color: 2, stamp: -9)
end

def containers
  Containers.new(
    ints: [1, -2, 3], tags: Set["x", "y"], counts: { "one" => 1, "big" => (1 << 63) - 1 },
    flags: [true, false, true], by_id: { 5 => [scalars, scalars], -5 => [] }, grid: [[], ["a"], %w[b c]],
    deep: { "deep" => { 1 => Set[10, 11], 2 => Set[] } }, reals: [0.5, -1e10], bits: { 1 => true, -1 => false },
    palette: [1, 5], blobs: ["".b, "\xFF\xFE".b], names: { 1 => "red", 5 => "blue" },
    nothings: [Empty.new, Empty.new], shorts: Set[-300, 0, 300]
  )
end

def everything = Options.new(id: 2, note: "n", count: -3, label: "l", level: 0, ready: false)

def unknown(peer, blob, blobs)
  inner = scalars.tap { |value| value.blob = blob }
  structure = containers.tap do |value|
    value.blobs = blobs
    value.by_id = { 5 => [inner] }
  end
  answer = peer.newer.echoOptions(OptionsV2.new(
    id: 9, note: "kept", extra_map: { "k" => [inner] }, extra_set: Set[-(1 << 63), 0], extra_struct: structure,
    extra_bool: true, extra_double: -0.5, extra_bools: [true, false]
  ))
  equal([answer.id, answer.note, answer.extra_map], [9, "kept", nil])
  peer.client.ping
end

CHECKS = {
  whoami: lambda do |peer|
    name = peer.client.whoami
    puts "server: #{name}"
    equal(name.empty?, false)
  end,
  ping: ->(peer) { equal(peer.client.ping, nil) },
  bool: ->(peer) { each(peer.client, :echoBool, true, false) },
  i8: ->(peer) { each(peer.client, :echoI8, *integers(8)) },
  i16: ->(peer) { each(peer.client, :echoI16, *integers(16)) },
  i32: ->(peer) { each(peer.client, :echoI32, *integers(32)) },
  i64: ->(peer) { each(peer.client, :echoI64, *integers(64)) },
  double: ->(peer) { each(peer.client, :echoDouble, 0.0, 1.5, -1.1, 1e300, 5e-324, 3.141592653589793) },
  double_negzero: ->(peer) { equal(1 / peer.client.echoDouble(-0.0), -Float::INFINITY) },
  double_nonfinite: lambda do |peer|
    each(peer.client, :echoDouble, Float::INFINITY, -Float::INFINITY)
    equal(peer.client.echoDouble(Float::NAN).nan?, true)
  end,
  string: ->(peer) { each(peer.client, :echoString, "", "hello", "0123456789" * 30) },
  string_unicode: ->(peer) { each(peer.client, :echoString, "héllo", "漢字", "😀𝄞") },
  string_escapes: ->(peer) { each(peer.client, :echoString, "\" \\ / \b \f \n \r \t \u0001 \u007F") },
  binary: lambda do |peer|
    all = (0..255).to_a.pack("C*")
    each(peer.client, :echoBinary, *(0..5).map { |length| all[250 - length, length] }, all)
  end,
  enum: ->(peer) { each(peer.client, :echoEnum, 1, 5, 2_147_483_647) },
  list: lambda do |peer|
    each(peer.client, :echoList, *[0, 1, 14, 15, 16, 1000].map { |size| (0...size).map { |n| n * 7 - 3 } })
  end,
  set: ->(peer) { each(peer.client, :echoSet, Set[], Set["a", "b", "é"]) },
  map: ->(peer) { each(peer.client, :echoMap, {}, { "a" => 1, "b" => -2, "é" => 2_147_483_647 }) },
  empty_struct: ->(peer) { each(peer.client, :echoEmpty, Empty.new) },
  scalars: lambda do |peer|
    each(peer.client, :echoScalars, scalars)
    # A peer that has no null answers with defaults.
    answer = peer.client.echoScalars(Scalars.new)
    equal([answer.flag || false, answer.medium || 0, answer.text || ""], [false, 0, ""])
  end,
  gaps: lambda do |peer|
    each(peer.client, :echoGaps, Gaps.new(
      forty: 40, one: true, sixteen: false, seventeen: -17, thousand: "thousand", last: true
    ))
  end,
  containers: ->(peer) { each(peer.client, :echoContainers, containers) },
  containers_empty: lambda do |peer|
    each(peer.client, :echoContainers, Containers.new(
      ints: [], tags: Set[], counts: {}, flags: [], by_id: {}, grid: [], deep: {}, reals: [], bits: {},
      palette: [], blobs: [], names: {}, nothings: [], shorts: Set[]
    ))
  end,
  options: ->(peer) { each(peer.client, :echoOptions, Options.new(id: 1), everything) },
  options_described: lambda do |peer|
    equal(peer.client.describeOptions(Options.new(id: 1)), "id=1 note=- count=- label=unnamed level=7 ready=-")
    equal(peer.client.describeOptions(everything), "id=2 note=n count=-3 label=l level=0 ready=false")
  end,
  union: lambda do |peer|
    { Choice.number(-5) => "number:-5", Choice.text("t") => "text:t", Choice.record(scalars) => "record:scalars é",
      Choice.many([1, 2, 3]) => "many:3" }.each do |choice, described|
      each(peer.client, :echoChoice, choice)
      equal(peer.client.describeChoice(choice), described)
    end
  end,
  recursion: lambda do |peer|
    leaves = (0..2).map { |value| Tree.new(value: value, kids: []) }
    branches = (0..3).map { |value| Tree.new(value: value, kids: leaves) }
    each(peer.client, :echoTree, Tree.new(value: -1, kids: branches))
    chain = (1...30).reduce(Tree.new(value: 0, kids: [])) { |below, value| Tree.new(value: value, kids: [below]) }
    equal(peer.client.treeDepth(chain), 30)
  end,
  mix: ->(peer) { equal(peer.client.mix(3, -20, %w[a b]), 3) },
  fail_ok: ->(peer) { equal(peer.client.fail(0), "ok") },
  fail_declared: lambda do |peer|
    oops = fails(Oops) { peer.client.fail(1) }
    equal([oops.code, oops.reason], [1001, "declared"])
    missing = fails(NotFound) { peer.client.fail(2) }
    equal([missing.key, missing.nearest.text], %w[k near])
  end,
  fail_void: lambda do |peer|
    equal(peer.client.failVoid(0), nil)
    oops = fails(Oops) { peer.client.failVoid(1) }
    equal([oops.code, oops.reason], [1002, "void"])
  end,
  large: lambda do |peer|
    blob = Random.new(1).bytes(1 << 20)
    equal(peer.client.echoBinary(blob) == blob, true)
    text = "é" * (1 << 19)
    equal(peer.client.echoString(text) == text, true)
  end,
  oneway: lambda do |peer|
    token = "token #{Process.pid}"
    3.times { peer.client.fire(token) }
    equal(peer.client.fired(token), 3)
  end,
  unknown_fields: ->(peer) { unknown(peer, "".b, []) },
  unknown_binary: ->(peer) { unknown(peer, "\xFF\xFE\x80".b, ["\xFF\xFE".b, "\x80".b]) },
  unknown_method: lambda do |peer|
    # `unknown_binary` is about what is not UTF-8.
    arguments = containers.tap { |value| value.blobs, value.by_id = ["text".b], {} }
    error = fails(Thrift::ApplicationException) { peer.client.notThere(arguments, 5) }
    equal(error.type, Thrift::ApplicationException::UNKNOWN_METHOD)
    peer.client.ping
  end,
  undeclared: lambda do |peer|
    error = fails(Thrift::ApplicationException) { peer.client.fail(3) }
    puts "undeclared: #{error.type}"
    peer.client.ping
  end,
  second: lambda do |peer|
    raise Skip, "the server is not multiplexed" unless peer.second

    equal(peer.second.greet("you").include?("you"), true)
    equal(peer.second.add(40, 2), 42)
    peer.client.ping
  end,
  uuid: ->(_) { raise Skip, "the client has no uuid" },
}.freeze

# Seconds that a check may take.
PATIENCE = 20

def call
  begin
    peer = Peer.new
  rescue StandardError => e
    warn "cannot connect: #{e.message}"
    return 2
  end
  failed = false
  CHECKS.each do |name, check|
    peer ||= Peer.new
    Timeout.timeout(PATIENCE) { check.call(peer) }
    puts "PASS #{name}"
  rescue Skip => e
    puts "SKIP #{name}: #{e.message}"
  rescue StandardError => e
    puts "FAIL #{name}: #{e.class}: #{e.message.gsub(/\s+/, ' ')[0, 600]}"
    failed = true
    peer = nil
  end
  failed ? 1 : 0
end

$stdout.sync = true
case ARGV.first
when "server" then serve
when "client" then exit call
end
