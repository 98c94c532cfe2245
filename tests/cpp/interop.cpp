// Apache Thrift for C++ as interop server and client: interop server|client IDL --port …
// Built with the code that Apache's compiler makes of the IDL.

#include <cmath>
#include <functional>
#include <iostream>
#include <limits>
#include <mutex>
#include <numeric>
#include <sstream>
#include <unistd.h>

#include <thrift/processor/TMultiplexedProcessor.h>
#include <thrift/protocol/TBinaryProtocol.h>
#include <thrift/protocol/TCompactProtocol.h>
#include <thrift/protocol/THeaderProtocol.h>
#include <thrift/protocol/TJSONProtocol.h>
#include <thrift/protocol/TMultiplexedProtocol.h>
#include <thrift/server/TThreadedServer.h>
#include <thrift/transport/TBufferTransports.h>
#include <thrift/transport/THeaderTransport.h>
#include <thrift/transport/THttpClient.h>
#include <thrift/transport/THttpServer.h>
#include <thrift/transport/TSSLServerSocket.h>
#include <thrift/transport/TSSLSocket.h>
#include <thrift/transport/TServerSocket.h>
#include <thrift/transport/TSocket.h>
#include <thrift/transport/TZlibTransport.h>

#include "Interop.h"
#include "InteropPlus.h"
#include "InteropV2.h"
#include "Second.h"

using namespace apache::thrift;
using namespace apache::thrift::protocol;
using namespace apache::thrift::server;
using namespace apache::thrift::transport;
using namespace interop;
using std::make_shared;
using std::shared_ptr;
using std::string;

struct Arguments {
  string host = "127.0.0.1", protocol = "binary", transport = "buffered", path;
  int port = 9090;
  bool multiplex = false;
  std::vector<string> tls;
};

// The handler of all services.
class Handler : public InteropIf, public SecondIf {
  std::mutex mutex_;
  std::map<string, int32_t> tokens_;

 public:
  void whoami(string& out) override { out = "cpp thrift " PACKAGE_VERSION; }
  void ping() override {}
  bool echoBool(const bool v) override { return v; }
  int8_t echoI8(const int8_t v) override { return v; }
  int16_t echoI16(const int16_t v) override { return v; }
  int32_t echoI32(const int32_t v) override { return v; }
  int64_t echoI64(const int64_t v) override { return v; }
  double echoDouble(const double v) override { return v; }
  void echoString(string& out, const string& v) override { out = v; }
  void echoBinary(string& out, const string& v) override { out = v; }
  Color::type echoEnum(const Color::type v) override { return v; }
  void echoList(std::vector<int32_t>& out, const std::vector<int32_t>& v) override { out = v; }
  void echoSet(std::set<string>& out, const std::set<string>& v) override { out = v; }
  void echoMap(std::map<string, int32_t>& out, const std::map<string, int32_t>& v) override { out = v; }
  void echoEmpty(Empty& out, const Empty& v) override { out = v; }
  void echoScalars(Scalars& out, const Scalars& v) override { out = v; }
  void echoGaps(Gaps& out, const Gaps& v) override { out = v; }
  void echoContainers(Containers& out, const Containers& v) override { out = v; }
  void echoOptions(Options& out, const Options& v) override { out = v; }
  void echoChoice(Choice& out, const Choice& v) override { out = v; }
  void echoTree(Tree& out, const Tree& v) override { out = v; }

  void describeOptions(string& out, const Options& v) override {
    std::ostringstream text;
    text << "id=" << v.id << " note=" << (v.__isset.note ? v.note : "-")
         << " count=" << (v.__isset.count ? std::to_string(v.count) : "-") << " label=" << v.label
         << " level=" << v.level << " ready=" << (v.__isset.ready ? (v.ready ? "true" : "false") : "-");
    out = text.str();
  }

  void describeChoice(string& out, const Choice& v) override {
    if (v.__isset.number) out = "number:" + std::to_string(v.number);
    else if (v.__isset.text) out = "text:" + v.text;
    else if (v.__isset.record) out = "record:" + v.record.text;
    else if (v.__isset.many) out = "many:" + std::to_string(v.many.size());
    else out = "none";
  }

  int32_t treeDepth(const Tree& v) override {
    int32_t below = 0;
    for (const Tree& kid : v.kids) below = std::max(below, treeDepth(kid));
    return below + 1;
  }

  int64_t mix(const int32_t a, const int64_t b, const std::vector<string>& c) override {
    return a + 10 * b + 100 * static_cast<int64_t>(c.size());
  }

  void fail(string& out, const int32_t kind) override {
    if (kind == 1) throw oops(1001, "declared");
    if (kind == 2) {
      NotFound missing;
      missing.key = "k";
      missing.nearest.__set_text("near");
      throw missing;
    }
    if (kind != 0) throw std::runtime_error("an error that the IDL does not declare");
    out = "ok";
  }

  void failVoid(const int32_t kind) override {
    if (kind != 0) throw oops(1002, "void");
  }

  void fire(const string& token) override {
    std::lock_guard<std::mutex> lock(mutex_);
    tokens_[token]++;
  }

  int32_t fired(const string& token) override {
    std::lock_guard<std::mutex> lock(mutex_);
    return tokens_[token];
  }

  void greet(string& out, const string& name) override { out = "hello " + name; }
  int32_t add(const int32_t a, const int32_t b) override { return a + b; }

  static Oops oops(int32_t code, const string& reason) {
    Oops oops;
    oops.code = code;
    oops.reason = reason;
    return oops;
  }
};

shared_ptr<TProtocolFactory> protocolFactory(const Arguments& arguments) {
  if (arguments.transport == "header") return make_shared<THeaderProtocolFactory>();
  if (arguments.protocol == "compact") return make_shared<TCompactProtocolFactory>();
  if (arguments.protocol == "json") return make_shared<TJSONProtocolFactory>();
  return make_shared<TBinaryProtocolFactory>();
}

shared_ptr<TSSLSocketFactory> tlsFactory() {
  auto factory = make_shared<TSSLSocketFactory>(SSLTLS);
  return factory;
}

int serve(const Arguments& arguments) {
  auto handler = make_shared<Handler>();
  shared_ptr<TProcessor> processor = make_shared<InteropProcessor>(handler);
  if (arguments.multiplex) {
    auto several = make_shared<TMultiplexedProcessor>();
    several->registerProcessor("Interop", processor);
    several->registerProcessor("Second", make_shared<SecondProcessor>(handler));
    processor = several;
  }
  shared_ptr<TServerTransport> socket;
  if (!arguments.path.empty()) socket = make_shared<TServerSocket>(arguments.path);
  else if (!arguments.tls.empty()) {
    auto factory = tlsFactory();
    factory->loadCertificate(arguments.tls[0].c_str());
    factory->loadPrivateKey(arguments.tls[1].c_str());
    factory->server(true);
    socket = make_shared<TSSLServerSocket>(arguments.host, arguments.port, factory);
  } else socket = make_shared<TServerSocket>(arguments.host, arguments.port);
  shared_ptr<TTransportFactory> transports = make_shared<TBufferedTransportFactory>();
  // The header protocol brings its own transport.
  if (arguments.transport == "header") transports = make_shared<TTransportFactory>();
  if (arguments.transport == "framed") transports = make_shared<TFramedTransportFactory>();
  if (arguments.transport == "zlib") transports = make_shared<TZlibTransportFactory>();
  if (arguments.transport == "http") transports = make_shared<THttpServerTransportFactory>();
  TThreadedServer(processor, socket, transports, protocolFactory(arguments)).serve();
  return 0;
}

// The clients of one connection.
struct Peer {
  shared_ptr<InteropPlusClient> client;
  shared_ptr<InteropV2Client> newer;
  shared_ptr<SecondClient> second;
  shared_ptr<TSSLSocketFactory> tls;
  shared_ptr<TTransport> transport;

  explicit Peer(const Arguments& arguments) {
    shared_ptr<TTransport> socket;
    if (!arguments.path.empty()) socket = make_shared<TSocket>(arguments.path);
    else if (!arguments.tls.empty()) {
      tls = tlsFactory();
      tls->loadTrustedCertificates(arguments.tls[0].c_str());
      tls->authenticate(true);
      socket = tls->createSocket(arguments.host, arguments.port);
    } else socket = make_shared<TSocket>(arguments.host, arguments.port);
    transport = make_shared<TBufferedTransport>(socket);
    shared_ptr<TProtocol> protocol;
    if (arguments.transport == "framed") transport = make_shared<TFramedTransport>(socket);
    if (arguments.transport == "zlib") transport = make_shared<TZlibTransport>(socket);
    if (arguments.transport == "http") transport = make_shared<THttpClient>(socket, arguments.host, "/");
    if (arguments.transport == "header") {
      // It wraps the socket in a header transport.
      auto id = arguments.protocol == "compact" ? T_COMPACT_PROTOCOL : T_BINARY_PROTOCOL;
      auto header = make_shared<THeaderProtocol>(socket, id);
      transport = header->getTransport();
      protocol = header;
    } else {
      protocol = protocolFactory(arguments)->getProtocol(transport);
    }
    transport->open();
    auto named = [&](const string& name) -> shared_ptr<TProtocol> {
      if (!arguments.multiplex) return protocol;
      return make_shared<TMultiplexedProtocol>(protocol, name);
    };
    client = make_shared<InteropPlusClient>(named("Interop"));
    newer = make_shared<InteropV2Client>(named("Interop"));
    if (arguments.multiplex) second = make_shared<SecondClient>(named("Second"));
  }
};

struct Skip : std::runtime_error {
  using std::runtime_error::runtime_error;
};

void ensure(bool fact, const string& what) {
  if (!fact) throw std::runtime_error("not so: " + what);
}

#define ENSURE(fact) ensure((fact), #fact)

template <class E, class F>
E fails(F call) {
  try {
    call();
  } catch (const E& error) {
    return error;
  }
  throw std::runtime_error("answered");
}

// Calls whose result is an output parameter.
#define ECHO(method, type)                                        \
  [](Peer& peer, const type& value) {                             \
    type found;                                                   \
    peer.client->method(found, value);                            \
    ensure(found == value, #method " answers with another value"); \
  }

Scalars scalars() {
  Scalars v;
  v.__set_flag(true);
  v.__set_tiny(-8);
  v.__set_small(1600);
  v.__set_medium(-320000);
  v.__set_large(1LL << 60);
  v.__set_real(2.25);
  v.__set_text("scalars é");
  v.__set_blob(string("\0\x7f\x80\xff", 4));
  v.__set_color(Color::GREEN);
  v.__set_stamp(-9);
  return v;
}

Containers containers() {
  Containers v;
  v.__set_ints({1, -2, 3});
  v.__set_tags({"x", "y"});
  v.__set_counts({{"one", 1}, {"big", std::numeric_limits<int64_t>::max()}});
  v.__set_flags({true, false, true});
  v.__set_by_id({{5, {scalars(), scalars()}}, {-5, {}}});
  v.__set_grid({{}, {"a"}, {"b", "c"}});
  v.__set_deep({{"deep", {{1, {10, 11}}, {2, {}}}}});
  v.__set_reals({0.5, -1e10});
  v.__set_bits({{1, true}, {-1, false}});
  v.__set_palette({Color::RED, Color::BLUE});
  v.__set_blobs({"", "\xff\xfe"});
  v.__set_names({{Color::RED, "red"}, {Color::BLUE, "blue"}});
  v.__set_nothings({Empty(), Empty()});
  v.__set_shorts({-300, 0, 300});
  return v;
}

Options everything() {
  Options v;
  v.__set_id(2);
  v.__set_note("n");
  v.__set_count(-3);
  v.__set_label("l");
  v.__set_level(0);
  v.__set_ready(false);
  return v;
}

void unknown(Peer& peer, const string& blob, const std::vector<string>& blobs) {
  Scalars inner = scalars();
  inner.blob = blob;
  Containers structure = containers();
  structure.blobs = blobs;
  structure.by_id = {{5, {inner}}};
  OptionsV2 sent, found;
  sent.__set_id(9);
  sent.__set_note("kept");
  sent.__set_extra_map({{"k", {inner}}});
  sent.__set_extra_set({std::numeric_limits<int64_t>::min(), 0});
  sent.__set_extra_struct(structure);
  sent.__set_extra_bool(true);
  sent.__set_extra_double(-0.5);
  sent.__set_extra_bools({true, false});
  peer.newer->echoOptions(found, sent);
  ENSURE(found.id == 9 && found.note == "kept" && !found.__isset.extra_map);
  peer.client->ping();
}

template <class T, class F>
void each(std::initializer_list<T> values, F echo) {
  for (T value : values) ensure(echo(value) == value, "an equal value");
}

void strings(Peer& peer, std::initializer_list<string> values) {
  for (const string& value : values) ECHO(echoString, string)(peer, value);
}

void union_(Peer& peer) {
  std::vector<std::pair<Choice, string>> arms(4);
  arms[0].first.__set_number(-5);
  arms[0].second = "number:-5";
  arms[1].first.__set_text("t");
  arms[1].second = "text:t";
  arms[2].first.__set_record(scalars());
  arms[2].second = "record:scalars é";
  arms[3].first.__set_many({1, 2, 3});
  arms[3].second = "many:3";
  for (const auto& arm : arms) {
    ECHO(echoChoice, Choice)(peer, arm.first);
    string described;
    peer.client->describeChoice(described, arm.first);
    ENSURE(described == arm.second);
  }
}

void recursion(Peer& peer) {
  Tree tree, branch, leaf;
  branch.value = 9;
  branch.kids.assign(3, leaf);
  tree.value = -1;
  tree.kids.assign(4, branch);
  ECHO(echoTree, Tree)(peer, tree);
  Tree chain;
  for (int value = 1; value < 30; value++) {
    Tree above;
    above.value = value;
    above.kids.push_back(chain);
    chain = above;
  }
  ENSURE(peer.client->treeDepth(chain) == 30);
}

void optionsDescribed(Peer& peer) {
  Options few;
  few.id = 1;
  string described;
  peer.client->describeOptions(described, few);
  ENSURE(described == "id=1 note=- count=- label=unnamed level=7 ready=-");
  peer.client->describeOptions(described, everything());
  ENSURE(described == "id=2 note=n count=-3 label=l level=0 ready=false");
}

void failDeclared(Peer& peer) {
  string out;
  Oops oops = fails<Oops>([&] { peer.client->fail(out, 1); });
  ENSURE(oops.code == 1001 && oops.reason == "declared");
  NotFound missing = fails<NotFound>([&] { peer.client->fail(out, 2); });
  ENSURE(missing.key == "k" && missing.nearest.text == "near");
}

void large(Peer& peer) {
  string blob(1 << 20, 0), text;
  for (size_t at = 0; at < blob.size(); at++) blob[at] = static_cast<char>(at % 251);
  ECHO(echoBinary, string)(peer, blob);
  for (int at = 0; at < 1 << 19; at++) text += "é";
  ECHO(echoString, string)(peer, text);
}

void unknownMethod(Peer& peer) {
  // `unknown_binary` is about what is not UTF-8.
  Containers sent = containers();
  sent.blobs = {"text"};
  sent.by_id = {};
  string out;
  auto error = fails<TApplicationException>([&] { peer.client->notThere(out, sent, 5); });
  ENSURE(error.getType() == TApplicationException::UNKNOWN_METHOD);
  peer.client->ping();
}

using Check = std::function<void(Peer&)>;

const std::vector<std::pair<string, Check>> CHECKS = {
    {"whoami",
     [](Peer& peer) {
       string name;
       peer.client->whoami(name);
       std::cout << "server: " << name << std::endl;
       ENSURE(!name.empty());
     }},
    {"ping", [](Peer& peer) { peer.client->ping(); }},
    {"bool", [](Peer& peer) { each<bool>({true, false}, [&](bool v) { return peer.client->echoBool(v); }); }},
    {"i8",
     [](Peer& peer) {
       each<int8_t>({0, 1, -1, -128, 127}, [&](int8_t v) { return peer.client->echoI8(v); });
     }},
    {"i16",
     [](Peer& peer) {
       each<int16_t>({0, 1, -1, -32768, 32767}, [&](int16_t v) { return peer.client->echoI16(v); });
     }},
    {"i32",
     [](Peer& peer) {
       each<int32_t>({0, 1, -1, std::numeric_limits<int32_t>::min(), std::numeric_limits<int32_t>::max()},
                     [&](int32_t v) { return peer.client->echoI32(v); });
     }},
    {"i64",
     [](Peer& peer) {
       each<int64_t>({0, 1, -1, std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max()},
                     [&](int64_t v) { return peer.client->echoI64(v); });
     }},
    {"double",
     [](Peer& peer) {
       each<double>({0, 1.5, -1.1, 1e300, 5e-324, 3.141592653589793},
                    [&](double v) { return peer.client->echoDouble(v); });
     }},
    {"double_negzero", [](Peer& peer) { ENSURE(std::signbit(peer.client->echoDouble(-0.0))); }},
    {"double_nonfinite",
     [](Peer& peer) {
       each<double>({INFINITY, -INFINITY}, [&](double v) { return peer.client->echoDouble(v); });
       ENSURE(std::isnan(peer.client->echoDouble(NAN)));
     }},
    {"string", [](Peer& peer) { strings(peer, {"", "hello", string(300, 'x')}); }},
    {"string_unicode", [](Peer& peer) { strings(peer, {"héllo", "漢字", "😀𝄞"}); }},
    {"string_escapes", [](Peer& peer) { strings(peer, {"\" \\ / \b \f \n \r \t \x01 \x7f"}); }},
    {"binary",
     [](Peer& peer) {
       string all(256, 0);
       std::iota(all.begin(), all.end(), 0);
       for (size_t length = 0; length <= 5; length++)
         ECHO(echoBinary, string)(peer, all.substr(250 - length, length));
       ECHO(echoBinary, string)(peer, all);
     }},
    {"enum",
     [](Peer& peer) {
       each<Color::type>({Color::RED, Color::BLUE, Color::BIG},
                         [&](Color::type v) { return peer.client->echoEnum(v); });
     }},
    {"list",
     [](Peer& peer) {
       for (int size : {0, 1, 14, 15, 16, 1000}) {
         std::vector<int32_t> list;
         for (int at = 0; at < size; at++) list.push_back(at * 7 - 3);
         ECHO(echoList, std::vector<int32_t>)(peer, list);
       }
     }},
    {"set",
     [](Peer& peer) {
       ECHO(echoSet, std::set<string>)(peer, {});
       ECHO(echoSet, std::set<string>)(peer, {"a", "b", "é"});
     }},
    {"map",
     [](Peer& peer) {
       using Map = std::map<string, int32_t>;
       ECHO(echoMap, Map)(peer, {});
       ECHO(echoMap, Map)(peer, {{"a", 1}, {"b", -2}, {"é", 2147483647}});
     }},
    {"empty_struct", [](Peer& peer) { ECHO(echoEmpty, Empty)(peer, Empty()); }},
    {"scalars",
     [](Peer& peer) {
       ECHO(echoScalars, Scalars)(peer, scalars());
       Scalars nothing;
       nothing.color = Color::RED;
       ECHO(echoScalars, Scalars)(peer, nothing);
     }},
    {"gaps",
     [](Peer& peer) {
       Gaps v;
       v.__set_forty(40);
       v.__set_one(true);
       v.__set_sixteen(false);
       v.__set_seventeen(-17);
       v.__set_thousand("thousand");
       v.__set_last(true);
       ECHO(echoGaps, Gaps)(peer, v);
     }},
    {"containers", [](Peer& peer) { ECHO(echoContainers, Containers)(peer, containers()); }},
    {"containers_empty", [](Peer& peer) { ECHO(echoContainers, Containers)(peer, Containers()); }},
    {"options",
     [](Peer& peer) {
       Options few;
       few.id = 1;
       ECHO(echoOptions, Options)(peer, few);
       ECHO(echoOptions, Options)(peer, everything());
     }},
    {"options_described", optionsDescribed},
    {"union", union_},
    {"recursion", recursion},
    {"mix", [](Peer& peer) { ENSURE(peer.client->mix(3, -20, {"a", "b"}) == 3); }},
    {"fail_ok",
     [](Peer& peer) {
       string out;
       peer.client->fail(out, 0);
       ENSURE(out == "ok");
     }},
    {"fail_declared", failDeclared},
    {"fail_void",
     [](Peer& peer) {
       peer.client->failVoid(0);
       Oops oops = fails<Oops>([&] { peer.client->failVoid(1); });
       ENSURE(oops.code == 1002 && oops.reason == "void");
     }},
    {"large", large},
    {"oneway",
     [](Peer& peer) {
       string token = "token " + std::to_string(getpid());
       for (int times = 0; times < 3; times++) peer.client->fire(token);
       ENSURE(peer.client->fired(token) == 3);
     }},
    {"unknown_fields", [](Peer& peer) { unknown(peer, "", {}); }},
    {"unknown_binary", [](Peer& peer) { unknown(peer, "\xff\xfe\x80", {"\xff\xfe", "\x80"}); }},
    {"unknown_method", unknownMethod},
    {"undeclared",
     [](Peer& peer) {
       string out;
       auto error = fails<TApplicationException>([&] { peer.client->fail(out, 3); });
       std::cout << "undeclared: " << error.getType() << std::endl;
       peer.client->ping();
     }},
    {"second",
     [](Peer& peer) {
       if (!peer.second) throw Skip("the server is not multiplexed");
       string greeting;
       peer.second->greet(greeting, "you");
       ENSURE(greeting.find("you") != string::npos);
       ENSURE(peer.second->add(40, 2) == 42);
       peer.client->ping();
     }},
    {"uuid", [](Peer&) { throw Skip("the client has no uuid"); }},
};

int call(const Arguments& arguments) {
  shared_ptr<Peer> peer;
  try {
    peer = make_shared<Peer>(arguments);
  } catch (const std::exception& error) {
    std::cerr << "cannot connect: " << error.what() << std::endl;
    return 2;
  }
  bool failed = false;
  for (const auto& check : CHECKS) {
    try {
      if (!peer) peer = make_shared<Peer>(arguments);
      check.second(*peer);
      std::cout << "PASS " << check.first << std::endl;
    } catch (const Skip& why) {
      std::cout << "SKIP " << check.first << ": " << why.what() << std::endl;
    } catch (const std::exception& error) {
      std::cout << "FAIL " << check.first << ": " << error.what() << std::endl;
      failed = true;
      peer.reset();
    }
  }
  return failed;
}

int main(int count, char** words) {
  Arguments arguments;
  for (int at = 3; at < count; at++) {
    string option = words[at];
    auto value = [&] { return string(words[++at]); };
    if (option == "--host") arguments.host = value();
    else if (option == "--port") arguments.port = std::stoi(value());
    else if (option == "--protocol") arguments.protocol = value();
    else if (option == "--transport") arguments.transport = value();
    else if (option == "--multiplex") arguments.multiplex = true;
    else if (option == "--domain-socket") arguments.path = value();
    else arguments.tls.push_back(option == "--tls" ? value() : option);
  }
  return string(words[1]) == "server" ? serve(arguments) : call(arguments);
}
