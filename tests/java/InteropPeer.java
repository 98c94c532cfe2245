// Apache Thrift for Java as interop server and client: InteropPeer server|client IDL --port …
//
// Built with the code that Apache's compiler makes of the IDL.

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import interop.Choice;
import interop.Color;
import interop.Containers;
import interop.Empty;
import interop.Gaps;
import interop.Interop;
import interop.InteropPlus;
import interop.InteropV2;
import interop.NotFound;
import interop.Oops;
import interop.Options;
import interop.OptionsV2;
import interop.Scalars;
import interop.Second;
import interop.Tree;
import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.Provider;
import java.security.Security;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;
import javax.security.sasl.SaslServerFactory;
import org.apache.http.impl.client.HttpClients;
import org.apache.thrift.TApplicationException;
import org.apache.thrift.TException;
import org.apache.thrift.TMultiplexedProcessor;
import org.apache.thrift.TProcessor;
import org.apache.thrift.protocol.TBinaryProtocol;
import org.apache.thrift.protocol.TCompactProtocol;
import org.apache.thrift.protocol.TJSONProtocol;
import org.apache.thrift.protocol.TMultiplexedProtocol;
import org.apache.thrift.protocol.TProtocol;
import org.apache.thrift.protocol.TProtocolFactory;
import org.apache.thrift.server.TSaslNonblockingServer;
import org.apache.thrift.server.TThreadPoolServer;
import org.apache.thrift.server.TThreadedSelectorServer;
import org.apache.thrift.transport.THttpClient;
import org.apache.thrift.transport.TIOStreamTransport;
import org.apache.thrift.transport.TNonblockingServerSocket;
import org.apache.thrift.transport.TSaslClientTransport;
import org.apache.thrift.transport.TSaslServerTransport;
import org.apache.thrift.transport.TServerSocket;
import org.apache.thrift.transport.TSocket;
import org.apache.thrift.transport.TTransport;
import org.apache.thrift.transport.TTransportFactory;
import org.apache.thrift.transport.TZlibTransport;
import org.apache.thrift.transport.layered.TFastFramedTransport;
import org.apache.thrift.transport.layered.TFramedTransport;

public final class InteropPeer {
  static String host = "127.0.0.1";
  static int port = 9090;
  static String protocol = "binary";
  static String transport = "buffered";
  static boolean multiplex;
  static List<String> tls = List.of();

  /** The handler of all services. */
  static final class Handler implements Interop.Iface, Second.Iface {
    private final Map<String, Integer> tokens = new ConcurrentHashMap<>();

    public String whoami() { return "java thrift 0.16"; }
    public void ping() {}
    public boolean echoBool(boolean v) { return v; }
    public byte echoI8(byte v) { return v; }
    public short echoI16(short v) { return v; }
    public int echoI32(int v) { return v; }
    public long echoI64(long v) { return v; }
    public double echoDouble(double v) { return v; }
    public String echoString(String v) { return v; }
    public ByteBuffer echoBinary(ByteBuffer v) { return v; }
    public Color echoEnum(Color v) { return v; }
    public List<Integer> echoList(List<Integer> v) { return v; }
    public Set<String> echoSet(Set<String> v) { return v; }
    public Map<String, Integer> echoMap(Map<String, Integer> v) { return v; }
    public Empty echoEmpty(Empty v) { return v; }
    public Scalars echoScalars(Scalars v) { return v; }
    public Gaps echoGaps(Gaps v) { return v; }
    public Containers echoContainers(Containers v) { return v; }
    public Options echoOptions(Options v) { return v; }
    public Choice echoChoice(Choice v) { return v; }
    public Tree echoTree(Tree v) { return v; }

    public String describeOptions(Options v) {
      return "id=" + v.id + " note=" + (v.isSetNote() ? v.note : "-") + " count=" + (v.isSetCount() ? v.count : "-")
          + " label=" + v.label + " level=" + v.level + " ready=" + (v.isSetReady() ? v.ready : "-");
    }

    public String describeChoice(Choice v) {
      if (v.isSetNumber()) return "number:" + v.getNumber();
      if (v.isSetText()) return "text:" + v.getText();
      if (v.isSetRecord()) return "record:" + v.getRecord().text;
      return v.isSetMany() ? "many:" + v.getMany().size() : "none";
    }

    public int treeDepth(Tree v) {
      return 1 + (v.kids == null ? 0 : v.kids.stream().mapToInt(this::treeDepth).max().orElse(0));
    }

    public long mix(int a, long b, List<String> c) { return a + 10 * b + 100L * c.size(); }

    public String fail(int kind) throws TException {
      switch (kind) {
        case 0: return "ok";
        case 1: throw new Oops(1001, "declared");
        case 2: throw new NotFound("k", new Scalars().setText("near"));
        default: throw new IllegalStateException("an error that the IDL does not declare");
      }
    }

    public void failVoid(int kind) throws TException {
      if (kind != 0) throw new Oops(1002, "void");
    }

    public void fire(String token) { tokens.merge(token, 1, Integer::sum); }
    public int fired(String token) { return tokens.getOrDefault(token, 0); }
    public String greet(String name) { return "hello " + name; }
    public int add(int a, int b) { return a + b; }
  }

  /** SASL PLAIN for servers, which the JDK has for clients only. */
  public static final class Plain implements SaslServer, SaslServerFactory {
    private String user;

    public static final class PlainProvider extends Provider {
      public PlainProvider() {
        super("Plain", "1", "SASL PLAIN");
        put("SaslServerFactory.PLAIN", Plain.class.getName());
      }
    }

    public String[] getMechanismNames(Map<String, ?> properties) { return new String[] {"PLAIN"}; }

    public SaslServer createSaslServer(
        String mechanism, String service, String server, Map<String, ?> properties, CallbackHandler handler) {
      return new Plain();
    }

    public byte[] evaluateResponse(byte[] response) throws SaslException {
      String[] words = new String(response, StandardCharsets.UTF_8).split("\0", -1);
      if (words.length != 3 || !words[1].equals("user") || !words[2].equals("password")) {
        throw new SaslException("wrong password");
      }
      user = words[1];
      return null;
    }

    public String getMechanismName() { return "PLAIN"; }
    public boolean isComplete() { return user != null; }
    public String getAuthorizationID() { return user; }
    public byte[] unwrap(byte[] bytes, int at, int length) { throw new IllegalStateException("no layer of security"); }
    public byte[] wrap(byte[] bytes, int at, int length) { throw new IllegalStateException("no layer of security"); }
    public Object getNegotiatedProperty(String name) { return null; }
    public void dispose() {}
  }

  static void logIn(Callback[] questions) {
    for (Callback question : questions) {
      if (question instanceof NameCallback) ((NameCallback) question).setName("user");
      if (question instanceof PasswordCallback) ((PasswordCallback) question).setPassword("password".toCharArray());
    }
  }

  static TProtocolFactory protocols() {
    if (protocol.equals("compact")) return new TCompactProtocol.Factory();
    return protocol.equals("json") ? new TJSONProtocol.Factory() : new TBinaryProtocol.Factory();
  }

  static TTransportFactory transports() {
    switch (transport) {
      case "framed": return new TFramedTransport.Factory();
      case "framed-in-nio": return new TFastFramedTransport.Factory();
      case "zlib": return new TZlibTransport.Factory();
      case "sasl": return new TSaslServerTransport.Factory("PLAIN", null, null, Map.of(), InteropPeer::logIn);
      default: return new TTransportFactory();
    }
  }

  /** With a certificate and its key, or with a certificate authority. */
  static SSLContext tlsContext() throws Exception {
    Certificate certificate;
    try (FileInputStream file = new FileInputStream(tls.get(0))) {
      certificate = CertificateFactory.getInstance("X.509").generateCertificate(file);
    }
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    if (tls.size() == 1) {
      store.setCertificateEntry("authority", certificate);
    } else {
      String pem = Files.readString(Path.of(tls.get(1))).replaceAll("-----.*-----|\\s", "");
      KeyFactory factory = KeyFactory.getInstance(certificate.getPublicKey().getAlgorithm());
      char[] none = {};
      store.setKeyEntry("server", factory.generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem))),
          none, new Certificate[] {certificate});
      keys.init(store, none);
    }
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(tls.size() == 1 ? null : keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  static void serve() throws Exception {
    Handler handler = new Handler();
    TProcessor processor = new Interop.Processor<>(handler);
    if (multiplex) {
      TMultiplexedProcessor several = new TMultiplexedProcessor();
      several.registerProcessor("Interop", processor);
      several.registerProcessor("Second", new Second.Processor<>(handler));
      processor = several;
    }
    InetSocketAddress address = new InetSocketAddress(host, port);
    if (transport.equals("http")) {
      serveHttp(address, processor);
    } else if (transport.equals("framed-in-nio")) {
      new TThreadedSelectorServer(
          new TThreadedSelectorServer.Args(new TNonblockingServerSocket(address))
              .processor(processor).protocolFactory(protocols())).serve();
    } else if (transport.equals("sasl-in-nio")) {
      new TSaslNonblockingServer(
          new TSaslNonblockingServer.Args(new TNonblockingServerSocket(address))
              .addSaslMechanism("PLAIN", null, null, Map.of(), InteropPeer::logIn)
              .processor(processor).protocolFactory(protocols())).serve();
    } else {
      ServerSocket socket =
          tls.isEmpty()
              ? new ServerSocket(port, 0, InetAddress.getByName(host))
              : tlsContext().getServerSocketFactory().createServerSocket(port, 0, InetAddress.getByName(host));
      new TThreadPoolServer(
          new TThreadPoolServer.Args(new TServerSocket(socket))
              .processor(processor).transportFactory(transports()).protocolFactory(protocols())).serve();
    }
  }

  /** In the JDK's server, as TServlet does it in another. */
  static void serveHttp(InetSocketAddress address, TProcessor processor) throws Exception {
    HttpServer server = HttpServer.create(address, 0);
    server.setExecutor(Executors.newCachedThreadPool());
    server.createContext("/", (HttpExchange exchange) -> {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      TProtocolFactory protocols = protocols();
      try {
        TTransport both = new TIOStreamTransport(exchange.getRequestBody(), out);
        processor.process(protocols.getProtocol(both), protocols.getProtocol(both));
      } catch (TException error) {
        System.err.println("cannot answer: " + error);
      }
      exchange.getResponseHeaders().set("Content-Type", "application/x-thrift");
      exchange.sendResponseHeaders(200, out.size() == 0 ? -1 : out.size());
      exchange.getResponseBody().write(out.toByteArray());
      exchange.close();
    });
    server.start();
  }

  static String url() { return "http://" + host + ":" + port + "/"; }

  /** The clients of one connection. */
  static final class Peer {
    final InteropPlus.Client client;
    final InteropV2.Client newer;
    final Second.Client second;

    Peer() throws Exception {
      TTransport connection;
      if (transport.equals("http")) {
        connection = new THttpClient(url());
      } else if (transport.equals("http-in-apache")) {
        connection = new THttpClient(url(), HttpClients.createDefault());
      } else {
        Socket socket = tls.isEmpty() ? new Socket(host, port) : tlsContext().getSocketFactory().createSocket(host, port);
        socket.setTcpNoDelay(true);
        connection = new TSocket(socket);
        boolean sasl = transport.startsWith("sasl");
        connection =
            sasl
                ? new TSaslClientTransport("PLAIN", null, "interop", host, Map.of(), InteropPeer::logIn, connection)
                : transports().getTransport(connection);
        // Sockets are open.
        if (sasl) connection.open();
      }
      TProtocol plain = protocols().getProtocol(connection);
      TProtocol named = multiplex ? new TMultiplexedProtocol(plain, "Interop") : plain;
      client = new InteropPlus.Client(named);
      newer = new InteropV2.Client(named);
      second = multiplex ? new Second.Client(new TMultiplexedProtocol(plain, "Second")) : null;
    }
  }

  static final class Skip extends Exception {
    Skip(String why) { super(why); }
  }

  interface Check {
    void run(Peer peer) throws Exception;
  }

  interface Echo<T> {
    T call(T value) throws Exception;
  }

  static void equal(Object found, Object expected) {
    if (!Objects.equals(found, expected)) {
      throw new AssertionError("got " + shortened(found) + " instead of " + shortened(expected));
    }
  }

  static String shortened(Object value) {
    String text = String.valueOf(value);
    return text.substring(0, Math.min(text.length(), 300));
  }

  @SafeVarargs
  static <T> void each(Echo<T> echo, T... values) throws Exception {
    for (T value : values) equal(echo.call(value), value);
  }

  static <E extends Exception> E fails(Class<E> kind, Callable<?> call) throws Exception {
    Object answer;
    try {
      answer = call.call();
    } catch (Exception error) {
      if (kind.isInstance(error)) return kind.cast(error);
      throw error;
    }
    throw new AssertionError("answered with " + shortened(answer));
  }

  static ByteBuffer bytes(int... values) {
    ByteBuffer bytes = ByteBuffer.allocate(values.length);
    for (int value : values) bytes.put((byte) value);
    return bytes.flip();
  }

  static Scalars scalars() {
    return new Scalars(true, (byte) -8, (short) 1600, -320000, 1L << 60, 2.25, "scalars é", bytes(0, 0x7f, 0x80, 0xff),
        Color.GREEN, -9);
  }

  static Containers containers() {
    return new Containers(
        List.of(1, -2, 3), Set.of("x", "y"), Map.of("one", 1L, "big", Long.MAX_VALUE), List.of(true, false, true),
        Map.of(5, List.of(scalars(), scalars()), -5, List.of()), List.of(List.of(), List.of("a"), List.of("b", "c")),
        Map.of("deep", Map.of(1, Set.of(10L, 11L), 2, Set.of())), List.of(0.5, -1e10),
        Map.of((byte) 1, true, (byte) -1, false), List.of(Color.RED, Color.BLUE), List.of(bytes(), bytes(0xff, 0xfe)),
        Map.of(Color.RED, "red", Color.BLUE, "blue"), List.of(new Empty(), new Empty()),
        Set.of((short) -300, (short) 0, (short) 300));
  }

  static Options everything() {
    return new Options().setId(2).setNote("n").setCount(-3).setLabel("l").setLevel(0).setReady(false);
  }

  static void unknown(Peer peer, ByteBuffer blob, ByteBuffer... blobs) throws Exception {
    Scalars inner = scalars().setBlob(blob);
    Containers structure = containers().setBlobs(Arrays.asList(blobs)).setBy_id(Map.of(5, List.of(inner)));
    OptionsV2 found =
        peer.newer.echoOptions(new OptionsV2().setId(9).setNote("kept").setExtra_map(Map.of("k", List.of(inner)))
            .setExtra_set(Set.of(Long.MIN_VALUE, 0L)).setExtra_struct(structure).setExtra_bool(true).setExtra_double(-0.5)
            .setExtra_bools(List.of(true, false)));
    equal(found, new OptionsV2().setId(9).setNote("kept"));
    peer.client.ping();
  }

  static Map<String, Check> checks() {
    Map<String, Check> checks = new LinkedHashMap<>();
    checks.put("whoami", peer -> {
      String name = peer.client.whoami();
      System.out.println("server: " + name);
      equal(name.isEmpty(), false);
    });
    checks.put("ping", peer -> peer.client.ping());
    checks.put("bool", peer -> each(peer.client::echoBool, true, false));
    checks.put("i8", peer -> each(peer.client::echoI8, (byte) 0, (byte) 1, (byte) -1, Byte.MIN_VALUE, Byte.MAX_VALUE));
    checks.put("i16",
        peer -> each(peer.client::echoI16, (short) 0, (short) 1, (short) -1, Short.MIN_VALUE, Short.MAX_VALUE));
    checks.put("i32", peer -> each(peer.client::echoI32, 0, 1, -1, Integer.MIN_VALUE, Integer.MAX_VALUE));
    checks.put("i64", peer -> each(peer.client::echoI64, 0L, 1L, -1L, Long.MIN_VALUE, Long.MAX_VALUE));
    checks.put("double",
        peer -> each(peer.client::echoDouble, 0.0, 1.5, -1.1, 1e300, 5e-324, 3.141592653589793));
    // Boxed, a negative zero differs from zero, and NaN does not from itself.
    checks.put("double_negzero", peer -> each(peer.client::echoDouble, -0.0));
    checks.put("double_nonfinite",
        peer -> each(peer.client::echoDouble, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY));
    checks.put("string", peer -> each(peer.client::echoString, "", "hello", "x".repeat(300)));
    checks.put("string_unicode", peer -> each(peer.client::echoString, "héllo", "漢字", "😀𝄞"));
    checks.put("string_escapes", peer -> each(peer.client::echoString, "\" \\ / \b \f \n \r \t \001 \177"));
    checks.put("binary", peer -> {
      int[] all = IntStream.range(0, 256).toArray();
      for (int length = 0; length <= 5; length++) {
        each(peer.client::echoBinary, bytes(Arrays.copyOfRange(all, 250 - length, 250)));
      }
      each(peer.client::echoBinary, bytes(all));
    });
    checks.put("enum", peer -> each(peer.client::echoEnum, Color.RED, Color.BLUE, Color.BIG));
    checks.put("list", peer -> {
      for (int size : new int[] {0, 1, 14, 15, 16, 1000}) {
        each(peer.client::echoList,
            IntStream.range(0, size).map(at -> at * 7 - 3).boxed().collect(Collectors.toList()));
      }
    });
    checks.put("set", peer -> each(peer.client::echoSet, Set.of(), Set.of("a", "b", "é")));
    checks.put("map",
        peer -> each(peer.client::echoMap, Map.of(), Map.of("a", 1, "b", -2, "é", Integer.MAX_VALUE)));
    checks.put("empty_struct", peer -> each(peer.client::echoEmpty, new Empty()));
    checks.put("scalars", peer -> {
      each(peer.client::echoScalars, scalars());
      // Peers without null answer with defaults.
      Scalars found = peer.client.echoScalars(new Scalars());
      equal(List.of(found.flag, found.medium, found.text == null ? "" : found.text), List.of(false, 0, ""));
    });
    checks.put("gaps", peer -> each(peer.client::echoGaps, new Gaps(40, true, false, -17, "thousand", true)));
    checks.put("containers", peer -> each(peer.client::echoContainers, containers()));
    checks.put("containers_empty", peer -> each(peer.client::echoContainers, new Containers(
        List.of(), Set.of(), Map.of(), List.of(), Map.of(), List.of(), Map.of(), List.of(), Map.of(), List.of(), List.of(),
        Map.of(), List.of(), Set.of())));
    checks.put("options", peer -> each(peer.client::echoOptions, new Options().setId(1), everything()));
    checks.put("options_described", peer -> {
      equal(peer.client.describeOptions(new Options().setId(1)),
          "id=1 note=- count=- label=unnamed level=7 ready=-");
      equal(peer.client.describeOptions(everything()), "id=2 note=n count=-3 label=l level=0 ready=false");
    });
    checks.put("union", peer -> {
      Map<Choice, String> arms = Map.of(Choice.number(-5), "number:-5", Choice.text("t"), "text:t",
          Choice.record(scalars()), "record:scalars é", Choice.many(List.of(1, 2, 3)), "many:3");
      for (Map.Entry<Choice, String> arm : arms.entrySet()) {
        each(peer.client::echoChoice, arm.getKey());
        equal(peer.client.describeChoice(arm.getKey()), arm.getValue());
      }
    });
    checks.put("recursion", peer -> {
      List<Tree> leaves = List.of(new Tree(0, List.of()), new Tree(1, List.of()), new Tree(2, List.of()));
      each(peer.client::echoTree, new Tree(-1, Collections.nCopies(4, new Tree(9, leaves))));
      Tree chain = new Tree(0, List.of());
      for (int value = 1; value < 30; value++) chain = new Tree(value, List.of(chain));
      equal(peer.client.treeDepth(chain), 30);
    });
    checks.put("mix", peer -> equal(peer.client.mix(3, -20, List.of("a", "b")), 3L));
    checks.put("fail_ok", peer -> equal(peer.client.fail(0), "ok"));
    checks.put("fail_declared", peer -> {
      equal(fails(Oops.class, () -> peer.client.fail(1)), new Oops(1001, "declared"));
      NotFound missing = fails(NotFound.class, () -> peer.client.fail(2));
      equal(List.of(missing.key, missing.nearest.text), List.of("k", "near"));
    });
    checks.put("fail_void", peer -> {
      peer.client.failVoid(0);
      equal(fails(Oops.class, () -> { peer.client.failVoid(1); return null; }), new Oops(1002, "void"));
    });
    checks.put("large", peer -> {
      ByteBuffer blob = bytes(IntStream.range(0, 1 << 20).map(at -> at % 251).toArray());
      equal(peer.client.echoBinary(blob).equals(blob), true);
      String text = "é".repeat(1 << 19);
      equal(peer.client.echoString(text).equals(text), true);
    });
    checks.put("oneway", peer -> {
      String token = "token " + ProcessHandle.current().pid();
      for (int times = 0; times < 3; times++) peer.client.fire(token);
      equal(peer.client.fired(token), 3);
    });
    checks.put("unknown_fields", peer -> unknown(peer, bytes()));
    checks.put("unknown_binary", peer -> unknown(peer, bytes(0xff, 0xfe, 0x80), bytes(0xff, 0xfe), bytes(0x80)));
    checks.put("unknown_method", peer -> {
      // `unknown_binary` is about what is not UTF-8.
      Containers sent = containers().setBlobs(List.of(bytes('t'))).setBy_id(Map.of());
      TApplicationException error = fails(TApplicationException.class, () -> peer.client.notThere(sent, 5));
      equal(error.getType(), TApplicationException.UNKNOWN_METHOD);
      peer.client.ping();
    });
    checks.put("undeclared", peer -> {
      System.out.println("undeclared: " + fails(TApplicationException.class, () -> peer.client.fail(3)).getType());
      peer.client.ping();
    });
    checks.put("second", peer -> {
      if (peer.second == null) throw new Skip("the server is not multiplexed");
      equal(peer.second.greet("you").contains("you"), true);
      equal(peer.second.add(40, 2), 42);
      peer.client.ping();
    });
    checks.put("uuid", peer -> { throw new Skip("the client has no uuid"); });
    return checks;
  }

  static int call() {
    int status = 0;
    Peer peer = null;
    for (Map.Entry<String, Check> check : checks().entrySet()) {
      String name = check.getKey();
      try {
        if (peer == null) peer = new Peer();
      } catch (Exception error) {
        System.err.println("cannot connect: " + error);
        return 2;
      }
      try {
        check.getValue().run(peer);
        System.out.println("PASS " + name);
      } catch (Skip why) {
        System.out.println("SKIP " + name + ": " + why.getMessage());
      } catch (Exception | AssertionError error) {
        System.out.println("FAIL " + name + ": " + error.toString().replaceAll("\\s+", " "));
        status = 1;
        peer = null;
      }
    }
    return status;
  }

  public static void main(String[] words) throws Exception {
    Security.addProvider(new Plain.PlainProvider());
    for (int at = 2; at < words.length; at++) {
      switch (words[at]) {
        case "--host": host = words[++at]; break;
        case "--port": port = Integer.parseInt(words[++at]); break;
        case "--protocol": protocol = words[++at]; break;
        case "--transport": transport = words[++at]; break;
        case "--multiplex": multiplex = true; break;
        case "--tls":
          tls = List.of(words).subList(at + 1, words.length);
          at = words.length;
          break;
        default: throw new IllegalArgumentException(words[at]);
      }
    }
    if (words[0].equals("server")) serve();
    else System.exit(call());
  }
}
