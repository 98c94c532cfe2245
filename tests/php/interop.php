<?php
// Apache Thrift for PHP as interop server and client: interop.php server|client IDL --port …
//
// The folder of the code that Apache's compiler has made of the IDL comes from GENERATED. In it, the struct
// `Empty` is called `Nothing`, as no class of PHP can have the name of a keyword.

use Interop\Choice;
use Interop\Color;
use Interop\Containers;
use Interop\Gaps;
use Interop\InteropIf;
use Interop\InteropPlusClient;
use Interop\InteropProcessor;
use Interop\InteropV2Client;
use Interop\NotFound;
use Interop\Nothing;
use Interop\Oops;
use Interop\Options;
use Interop\OptionsV2;
use Interop\Scalars;
use Interop\SecondClient;
use Interop\SecondIf;
use Interop\SecondProcessor;
use Interop\Tree;
use Thrift\Exception\TApplicationException;
use Thrift\Factory\TBinaryProtocolFactory;
use Thrift\Factory\TCompactProtocolFactory;
use Thrift\Factory\TJSONProtocolFactory;
use Thrift\Factory\TProtocolFactory;
use Thrift\Factory\TTransportFactory;
use Thrift\Protocol\TBinaryProtocolAccelerated;
use Thrift\Protocol\TMultiplexedProtocol;
use Thrift\Server\TForkingServer;
use Thrift\Server\TServerSocket;
use Thrift\TMultiplexedProcessor;
use Thrift\Transport\TBufferedTransport;
use Thrift\Transport\TFramedTransport;
use Thrift\Transport\THttpClient;
use Thrift\Transport\TSocket;

spl_autoload_register(function (string $class) {
    [$space, $name] = explode('\\', $class, 2);
    $folder = $space === 'Thrift' ? '/usr/lib/php' : getenv('GENERATED') . "/$space";
    require "$folder/" . str_replace('\\', '/', $name) . '.php';
});

// Milliseconds that a peer may take. The library's are fewer than one second.
const PATIENCE = 20000;

// Answers Interop and Second.
class Handler implements InteropIf, SecondIf
{
    private array $tokens = [];

    public function whoami() { return 'php thrift 0.17'; }
    public function ping() {}
    public function echoBool($v) { return $v; }
    public function echoI8($v) { return $v; }
    public function echoI16($v) { return $v; }
    public function echoI32($v) { return $v; }
    public function echoI64($v) { return $v; }
    public function echoDouble($v) { return $v; }
    public function echoString($v) { return $v; }
    public function echoBinary($v) { return $v; }
    public function echoEnum($v) { return $v; }
    public function echoList(array $v) { return $v; }
    public function echoSet(array $v) { return $v; }
    public function echoMap(array $v) { return $v; }
    public function echoEmpty(Nothing $v) { return $v; }
    public function echoScalars(Scalars $v) { return $v; }
    public function echoGaps(Gaps $v) { return $v; }
    public function echoContainers(Containers $v) { return $v; }
    public function echoOptions(Options $v) { return $v; }
    public function echoChoice(Choice $v) { return $v; }
    public function echoTree(Tree $v) { return $v; }

    public function describeOptions(Options $v)
    {
        $ready = isset($v->ready) ? ($v->ready ? 'true' : 'false') : '-';
        $count = $v->count ?? '-';
        return 'id=' . $v->id . ' note=' . ($v->note ?? '-') . " count=$count label={$v->label} level={$v->level} ready=$ready";
    }

    public function describeChoice(Choice $v)
    {
        return match (true) {
            isset($v->number) => "number:{$v->number}",
            isset($v->text) => "text:{$v->text}",
            isset($v->record) => "record:{$v->record->text}",
            isset($v->many) => 'many:' . count($v->many),
            default => 'none',
        };
    }

    public function treeDepth(Tree $v) { return 1 + max(0, 0, ...array_map([$this, 'treeDepth'], $v->kids ?? [])); }
    public function mix($a, $b, array $c) { return $a + 10 * $b + 100 * count($c); }

    public function fail($kind)
    {
        return match ($kind) {
            0 => 'ok',
            1 => throw new Oops(['code' => 1001, 'reason' => 'declared']),
            2 => throw new NotFound(['key' => 'k', 'nearest' => new Scalars(['text' => 'near'])]),
            default => throw new RuntimeException('an error that the IDL does not declare'),
        };
    }

    public function failVoid($kind)
    {
        if ($kind !== 0) {
            throw new Oops(['code' => 1002, 'reason' => 'void']);
        }
    }

    // A connection has a process of its own.
    public function fire($token) { $this->tokens[$token] = $this->fired($token) + 1; }
    public function fired($token) { return $this->tokens[$token] ?? 0; }
    public function greet($name) { return "hello $name"; }
    public function add($a, $b) { return $a + $b; }
}

class Transports extends TTransportFactory
{
    public static function getTransport($transport)
    {
        return match ($GLOBALS['options']['transport']) {
            'framed' => new TFramedTransport($transport),
            'http' => $transport,
            default => new TBufferedTransport($transport),
        };
    }
}

class AcceleratedFactory implements TProtocolFactory
{
    public function getProtocol($transport) { return new TBinaryProtocolAccelerated($transport); }
}

class PatientServerSocket extends TServerSocket
{
    protected function acceptImpl() { return patient(parent::acceptImpl()); }
}

function patient(?TSocket $socket): ?TSocket
{
    $socket?->setRecvTimeout(PATIENCE);
    $socket?->setSendTimeout(PATIENCE);
    return $socket;
}

function protocols(): TProtocolFactory
{
    return match ($GLOBALS['options']['protocol']) {
        // It writes binary without a version, unlike the accelerated one.
        'binary' => new TBinaryProtocolFactory(),
        'binary-in-c' => new AcceleratedFactory(),
        'compact' => new TCompactProtocolFactory(),
        'json' => new TJSONProtocolFactory(),
    };
}

function serve(array $options): void
{
    $handler = new Handler();
    $processor = new InteropProcessor($handler);
    if ($options['multiplex']) {
        $several = new TMultiplexedProcessor();
        $several->registerProcessor('Interop', $processor);
        $several->registerProcessor('Second', new SecondProcessor($handler));
        $processor = $several;
    }
    $socket = new PatientServerSocket($options['host'], $options['port']);
    // It closes the connection of a process that has ended when it has waited for another.
    $socket->setAcceptTimeout(200);
    $transports = new Transports();
    $protocols = protocols();
    (new TForkingServer($processor, $socket, $transports, $transports, $protocols, $protocols))->serve();
}

// The clients of one connection.
class Peer
{
    public InteropPlusClient $client;
    public InteropV2Client $newer;
    public ?SecondClient $second = null;

    public function __construct(array $options)
    {
        if ($options['transport'] === 'http') {
            $transport = new THttpClient($options['host'], $options['port'], '/');
            $transport->setTimeoutSecs(PATIENCE / 1000);
        } else {
            $transport = Transports::getTransport(patient(new TSocket($options['host'], $options['port'])));
        }
        $transport->open();
        $protocol = protocols()->getProtocol($transport);
        $named = fn ($name) => $options['multiplex'] ? new TMultiplexedProtocol($protocol, $name) : $protocol;
        $this->client = new InteropPlusClient($protocol, $named('Interop'));
        $this->newer = new InteropV2Client($protocol, $named('Interop'));
        if ($options['multiplex']) {
            $this->second = new SecondClient($protocol, $named('Second'));
        }
    }
}

class Skip extends Exception
{
}

// A value whose maps, and sets, which are maps in PHP, are in an order of their own.
function ordered($value)
{
    if (is_object($value)) {
        return [get_class($value), ordered(get_object_vars($value))];
    }
    if (is_array($value)) {
        ksort($value);
        return array_map('ordered', $value);
    }
    return $value;
}

function equal($found, $expected): void
{
    if (ordered($found) !== ordered($expected)) {
        $text = fn ($value) => substr(json_encode($value, JSON_INVALID_UTF8_SUBSTITUTE | JSON_PARTIAL_OUTPUT_ON_ERROR), 0, 300);
        throw new UnexpectedValueException("got {$text($found)} instead of {$text($expected)}");
    }
}

function each(callable $echo, ...$values): void
{
    foreach ($values as $value) {
        equal($echo($value), $value);
    }
}

function fails(string $kind, callable $call)
{
    try {
        $answer = $call();
    } catch (Exception $error) {
        if ($error instanceof $kind) {
            return $error;
        }
        throw $error;
    }
    throw new UnexpectedValueException('answered with ' . json_encode($answer));
}

// The values of an exception's fields.
function fields(Exception $exception, string ...$names): array
{
    return array_map(fn ($name) => $exception->$name, $names);
}

function set(...$elements): array { return array_fill_keys($elements, true); }

function scalars(): Scalars
{
    return new Scalars(['flag' => true, 'tiny' => -8, 'small' => 1600, 'medium' => -320000, 'large' => 1 << 60, 'real' => 2.25,
        'text' => 'scalars é', 'blob' => "\0\x7f\x80\xff", 'color' => Color::GREEN, 'stamp' => -9]);
}

function containers(array $others = []): Containers
{
    return new Containers($others + [
        'ints' => [1, -2, 3], 'tags' => set('x', 'y'), 'counts' => ['one' => 1, 'big' => PHP_INT_MAX],
        'flags' => [true, false, true], 'by_id' => [5 => [scalars(), scalars()], -5 => []], 'grid' => [[], ['a'], ['b', 'c']],
        'deep' => ['deep' => [1 => set(10, 11), 2 => []]], 'reals' => [0.5, -1e10], 'bits' => [1 => true, -1 => false],
        'palette' => [Color::RED, Color::BLUE], 'blobs' => ['', "\xff\xfe"],
        'names' => [Color::RED => 'red', Color::BLUE => 'blue'], 'nothings' => [new Nothing(), new Nothing()],
        'shorts' => set(-300, 0, 300),
    ]);
}

function everything(): Options
{
    return new Options(['id' => 2, 'note' => 'n', 'count' => -3, 'label' => 'l', 'level' => 0, 'ready' => false]);
}

function unknown(Peer $peer, string $blob, array $blobs): void
{
    $inner = scalars();
    $inner->blob = $blob;
    $structure = containers(['blobs' => $blobs, 'by_id' => [5 => [$inner]]]);
    $found = $peer->newer->echoOptions(new OptionsV2(['id' => 9, 'note' => 'kept', 'extra_map' => ['k' => [$inner]],
        'extra_set' => set(PHP_INT_MIN, 0), 'extra_struct' => $structure, 'extra_bool' => true, 'extra_double' => -0.5,
        'extra_bools' => [true, false]]));
    equal($found, new OptionsV2(['id' => 9, 'note' => 'kept']));
    $peer->client->ping();
}

function integers(int $bits): array
{
    $least = PHP_INT_MIN >> (64 - $bits);
    return [0, 1, -1, $least, ~$least];
}

$checks = [
    'whoami' => function ($peer) {
        $name = $peer->client->whoami();
        echo "server: $name\n";
        equal($name === '', false);
    },
    'ping' => fn ($peer) => $peer->client->ping(),
    'bool' => fn ($peer) => each([$peer->client, 'echoBool'], true, false),
    'i8' => fn ($peer) => each([$peer->client, 'echoI8'], ...integers(8)),
    'i16' => fn ($peer) => each([$peer->client, 'echoI16'], ...integers(16)),
    'i32' => fn ($peer) => each([$peer->client, 'echoI32'], ...integers(32)),
    'i64' => fn ($peer) => each([$peer->client, 'echoI64'], ...integers(64)),
    'double' => fn ($peer) => each([$peer->client, 'echoDouble'], 0.0, 1.5, -1.1, 1e300, 5e-324, 3.141592653589793),
    'double_negzero' => fn ($peer) => equal(fdiv(1, $peer->client->echoDouble(-0.0)), -INF),
    'double_nonfinite' => function ($peer) {
        each([$peer->client, 'echoDouble'], INF, -INF);
        equal(is_nan($peer->client->echoDouble(NAN)), true);
    },
    'string' => fn ($peer) => each([$peer->client, 'echoString'], '', 'hello', str_repeat('x', 300)),
    'string_unicode' => fn ($peer) => each([$peer->client, 'echoString'], 'héllo', '漢字', '😀𝄞'),
    'string_escapes' => fn ($peer) => each([$peer->client, 'echoString'], "\" \\ / \x08 \f \n \r \t \x01 \x7f"),
    'binary' => function ($peer) {
        $all = implode(array_map('chr', range(0, 255)));
        each([$peer->client, 'echoBinary'], ...array_map(fn ($length) => substr($all, 250 - $length, $length), range(0, 5)));
        each([$peer->client, 'echoBinary'], $all);
    },
    'enum' => fn ($peer) => each([$peer->client, 'echoEnum'], Color::RED, Color::BLUE, Color::BIG),
    'list' => function ($peer) {
        foreach ([0, 1, 14, 15, 16, 1000] as $size) {
            each([$peer->client, 'echoList'], $size === 0 ? [] : array_map(fn ($at) => $at * 7 - 3, range(0, $size - 1)));
        }
    },
    'set' => fn ($peer) => each([$peer->client, 'echoSet'], [], set('a', 'b', 'é')),
    'map' => fn ($peer) => each([$peer->client, 'echoMap'], [], ['a' => 1, 'b' => -2, 'é' => 2147483647]),
    'empty_struct' => fn ($peer) => each([$peer->client, 'echoEmpty'], new Nothing()),
    'scalars' => function ($peer) {
        each([$peer->client, 'echoScalars'], scalars());
        // A peer that has no null answers with defaults.
        $found = $peer->client->echoScalars(new Scalars());
        equal([$found->flag ?? false, $found->medium ?? 0, $found->text ?? ''], [false, 0, '']);
    },
    'gaps' => fn ($peer) => each([$peer->client, 'echoGaps'], new Gaps(['forty' => 40, 'one' => true, 'sixteen' => false,
        'seventeen' => -17, 'thousand' => 'thousand', 'last' => true])),
    'containers' => fn ($peer) => each([$peer->client, 'echoContainers'], containers()),
    'containers_empty' => fn ($peer) => each([$peer->client, 'echoContainers'],
        new Containers(array_map(fn () => [], get_object_vars(containers())))),
    'options' => fn ($peer) => each([$peer->client, 'echoOptions'], new Options(['id' => 1]), everything()),
    'options_described' => function ($peer) {
        equal($peer->client->describeOptions(new Options(['id' => 1])),
            'id=1 note=- count=- label=unnamed level=7 ready=-');
        equal($peer->client->describeOptions(everything()), 'id=2 note=n count=-3 label=l level=0 ready=false');
    },
    'union' => function ($peer) {
        $arms = ['number:-5' => ['number' => -5], 'text:t' => ['text' => 't'],
            'record:scalars é' => ['record' => scalars()], 'many:3' => ['many' => [1, 2, 3]]];
        foreach ($arms as $described => $arm) {
            each([$peer->client, 'echoChoice'], new Choice($arm));
            equal($peer->client->describeChoice(new Choice($arm)), $described);
        }
    },
    'recursion' => function ($peer) {
        $leaves = array_map(fn ($value) => new Tree(['value' => $value, 'kids' => []]), [0, 1, 2]);
        $branches = array_map(fn ($value) => new Tree(['value' => $value, 'kids' => $leaves]), [0, 1, 2, 3]);
        each([$peer->client, 'echoTree'], new Tree(['value' => -1, 'kids' => $branches]));
        $chain = new Tree(['value' => 0, 'kids' => []]);
        foreach (range(1, 29) as $value) {
            $chain = new Tree(['value' => $value, 'kids' => [$chain]]);
        }
        equal($peer->client->treeDepth($chain), 30);
    },
    'mix' => fn ($peer) => equal($peer->client->mix(3, -20, ['a', 'b']), 3),
    'fail_ok' => fn ($peer) => equal($peer->client->fail(0), 'ok'),
    'fail_declared' => function ($peer) {
        $oops = fails(Oops::class, fn () => $peer->client->fail(1));
        equal(fields($oops, 'code', 'reason'), [1001, 'declared']);
        $missing = fails(NotFound::class, fn () => $peer->client->fail(2));
        equal([$missing->key, $missing->nearest->text], ['k', 'near']);
    },
    'fail_void' => function ($peer) {
        $peer->client->failVoid(0);
        equal(fields(fails(Oops::class, fn () => $peer->client->failVoid(1)), 'code', 'reason'), [1002, 'void']);
    },
    'large' => function ($peer) {
        $blob = substr(str_repeat(implode(array_map('chr', range(0, 250))), 4200), 0, 1 << 20);
        equal($peer->client->echoBinary($blob) === $blob, true);
        $text = str_repeat('é', 1 << 19);
        equal($peer->client->echoString($text) === $text, true);
    },
    'oneway' => function ($peer) {
        $token = 'token ' . getmypid();
        foreach (range(1, 3) as $times) {
            $peer->client->fire($token);
        }
        equal($peer->client->fired($token), 3);
    },
    'unknown_fields' => fn ($peer) => unknown($peer, '', []),
    'unknown_binary' => fn ($peer) => unknown($peer, "\xff\xfe\x80", ["\xff\xfe", "\x80"]),
    'unknown_method' => function ($peer) {
        // `unknown_binary` is about what is not UTF-8.
        $sent = containers(['blobs' => ['text'], 'by_id' => []]);
        $error = fails(TApplicationException::class, fn () => $peer->client->notThere($sent, 5));
        equal($error->getCode(), TApplicationException::UNKNOWN_METHOD);
        $peer->client->ping();
    },
    'undeclared' => function ($peer) {
        $error = fails(TApplicationException::class, fn () => $peer->client->fail(3));
        echo "undeclared: {$error->getCode()}\n";
        $peer->client->ping();
    },
    'second' => function ($peer) {
        if ($peer->second === null) {
            throw new Skip('the server is not multiplexed');
        }
        equal(str_contains($peer->second->greet('you'), 'you'), true);
        equal($peer->second->add(40, 2), 42);
        $peer->client->ping();
    },
    'uuid' => fn () => throw new Skip('the client has no uuid'),
];

function call(array $options, array $checks): int
{
    $status = 0;
    $peer = null;
    foreach ($checks as $name => $check) {
        try {
            $peer ??= new Peer($options);
        } catch (Exception $error) {
            fwrite(STDERR, "cannot connect: {$error->getMessage()}\n");
            return 2;
        }
        try {
            $check($peer);
            echo "PASS $name\n";
        } catch (Skip $why) {
            echo "SKIP $name: {$why->getMessage()}\n";
        } catch (Throwable $error) {
            $why = get_class($error) . ': ' . preg_replace('/\s+/', ' ', $error->getMessage());
            echo "FAIL $name: " . substr($why, 0, 600) . "\n";
            $status = 1;
            $peer = null;
        }
    }
    return $status;
}

$role = $argv[1];
$options = ['multiplex' => false];
for ($at = 3; $at < count($argv); $at++) {
    $name = substr($argv[$at], 2);
    $options[$name] = $name === 'multiplex' ? true : $argv[++$at];
}
if ($role === 'server') {
    serve($options);
} else {
    exit(call($options, $checks));
}
