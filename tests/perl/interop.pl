# Apache Thrift for Perl as interop server and client: interop.pl server|client IDL --port …
#
# The folder of the code that Apache's compiler has made of the IDL comes from PERL5LIB. Text is bytes of UTF-8, as the
# library decodes none.

use 5.30.0;
use strict;
use warnings;

use Data::Dumper;
use Getopt::Long;
use Thrift::BinaryProtocol;
use Thrift::BufferedTransport;
use Thrift::FramedTransport;
use Thrift::HttpClient;
use Thrift::MultiplexedProcessor;
use Thrift::MultiplexedProtocol;
use Thrift::Server;
use Thrift::ServerSocket;
use Thrift::Socket;
use Thrift::SSLServerSocket;
use Thrift::SSLSocket;
use Thrift::UnixServerSocket;
use Thrift::UnixSocket;

use Interop::Interop;
use Interop::InteropPlus;
use Interop::InteropV2;
use Interop::Second;
use Interop::Types;

my %options = (host => '127.0.0.1', port => 9090, protocol => 'binary', transport => 'buffered');
GetOptions(\%options, 'host=s', 'port=i', 'protocol=s', 'transport=s', 'multiplex', 'domain-socket=s', 'tls=s@{1,2}')
    or exit 2;
my ($role) = @ARGV;
my %transports = (buffered => 'Thrift::BufferedTransport', framed => 'Thrift::FramedTransport');
my $path = $options{'domain-socket'};
my @tls = @{ $options{tls} // [] };

# The elements of a set, sorted. The library reads sets as hashes with the elements as keys, and writes them from arrays.
sub elements {
    my ($set) = @_;
    return [sort(ref $set eq 'HASH' ? keys %$set : @$set)];
}

# A copy of a Containers whose sets are arrays.
sub with_arrays {
    my %fields = %{ $_[0] };
    $_ &&= elements($_) for @fields{ 'tags', 'shorts' };
    for my $deep (grep { defined } $fields{deep}) {
        $deep = { map { $_ => { %{ $deep->{$_} } } } keys %$deep };
        for my $map (values %$deep) {
            $_ = elements($_) for values %$map;
        }
    }
    return bless(\%fields, ref $_[0]);
}

# Answers Interop and Second.
package Handler {
    sub new {
        my ($class) = @_;
        return bless({ tokens => {} }, $class);
    }

    for my $type (qw(Bool I8 I16 I32 I64 Double String Binary Enum List Map Empty Scalars Gaps Options Choice Tree)) {
        no strict 'refs';
        *{"echo$type"} = sub { $_[1] };
    }

    sub echoSet { main::elements($_[1]) }

    sub echoContainers { main::with_arrays($_[1]) }

    sub whoami { "perl thrift $Thrift::VERSION" }

    sub ping { }

    sub describeOptions {
        my ($self, $options) = @_;
        my ($note, $count) = map { $_ // '-' } $options->note, $options->count;
        my $ready = defined $options->ready ? ($options->ready ? 'true' : 'false') : '-';
        return sprintf('id=%s note=%s count=%s label=%s level=%s ready=%s',
            $options->id, $note, $count, $options->label, $options->level, $ready);
    }

    sub describeChoice {
        my ($self, $choice) = @_;
        return 'number:' . $choice->number if defined $choice->number;
        return 'text:' . $choice->text if defined $choice->text;
        return 'record:' . $choice->record->text if defined $choice->record;
        return 'many:' . @{ $choice->many } if defined $choice->many;
        return 'none';
    }

    sub treeDepth {
        my ($self, $tree) = @_;
        my ($deepest) = sort { $b <=> $a } map { $self->treeDepth($_) } @{ $tree->kids // [] };
        return 1 + ($deepest // 0);
    }

    sub mix {
        my ($self, $first, $second, $third) = @_;
        return $first + 10 * $second + 100 * @$third;
    }

    sub fail {
        my ($self, $kind) = @_;
        return 'ok' if $kind == 0;
        die Interop::Oops->new({ code => 1001, reason => 'declared' }) if $kind == 1;
        die Interop::NotFound->new({ key => 'k', nearest => Interop::Scalars->new({ text => 'near' }) }) if $kind == 2;
        die 'an error that the IDL does not declare';
    }

    sub failVoid {
        my ($self, $kind) = @_;
        die Interop::Oops->new({ code => 1002, reason => 'void' }) if $kind;
    }

    sub fire {
        my ($self, $token) = @_;
        $self->{tokens}{$token}++;
    }

    sub fired { $_[0]{tokens}{ $_[1] } // 0 }

    sub greet { "hello $_[1]" }

    sub add { $_[1] + $_[2] }
}

# A factory of the transport, as servers take it.
package Factory {
    sub new { bless({}, $_[0]) }
    sub getTransport { $transports{ $options{transport} }->new($_[1]) }
}

sub serve {
    my $handler = Handler->new;
    my $processor = Interop::InteropProcessor->new($handler);
    if ($options{multiplex}) {
        my $several = Thrift::MultiplexedProcessor->new;
        $several->registerProcessor('Interop', $processor);
        $several->registerProcessor('Second', Interop::SecondProcessor->new($handler));
        $processor = $several;
    }
    my %address = (host => $options{host}, port => $options{port});
    my $socket = $path ? Thrift::UnixServerSocket->new($path)
        : @tls ? Thrift::SSLServerSocket->new({ %address, cert => $tls[0], key => $tls[1] })
        : Thrift::ServerSocket->new(\%address);
    # A process for each connection.
    Thrift::ForkingServer->new($processor, $socket, Factory->new, Thrift::BinaryProtocolFactory->new)->serve;
}

# The clients of one connection.
sub connect_to_server {
    my %address = (host => $options{host}, port => $options{port}, recvTimeout => 20_000);
    my $transport;
    if ($options{transport} eq 'http') {
        $transport = Thrift::HttpClient->new("http://$options{host}:$options{port}/");
        $transport->setTimeout(20_000);
    } else {
        my $socket = $path ? Thrift::UnixSocket->new($path)
            : @tls ? Thrift::SSLSocket->new({ %address, ca => $tls[0] })
            : Thrift::Socket->new(\%address);
        $transport = Factory->new->getTransport($socket);
    }
    $transport->open;
    my $protocol = Thrift::BinaryProtocol->new($transport);
    my $named = sub {
        $options{multiplex} ? Thrift::MultiplexedProtocol->new($protocol, $_[0]) : $protocol;
    };
    return {
        client => Interop::InteropPlusClient->new($named->('Interop')),
        newer => Interop::InteropV2Client->new($named->('Interop')),
        second => $options{multiplex} && Interop::SecondClient->new($named->('Second')),
    };
}

# A value as text: equal values are equal texts.
sub text {
    my ($value) = @_;
    local ($Data::Dumper::Sortkeys, $Data::Dumper::Indent, $Data::Dumper::Terse, $Data::Dumper::Useqq) = (1, 0, 1, 1);
    return Dumper(normal($value));
}

# A value with numbers as text, and sets as sorted arrays.
sub normal {
    my ($value) = @_;
    return undef unless defined $value;
    return "$value" unless ref $value;
    return [map { normal($_) } @$value] if ref $value eq 'ARRAY';
    $value = with_arrays($value) if ref $value eq 'Interop::Containers';
    return { map { $_ => normal($value->{$_}) } keys %$value };
}

sub equal($$) {
    my ($found, $expected) = map { text($_) } @_;
    die sprintf("got %.400s instead of %.400s\n", $found, $expected) if $found ne $expected;
}

sub each_of {
    my ($peer, $method, @values) = @_;
    equal($peer->{client}->$method($_), $_) for @values;
}

# Bools are read as 1 or the empty string.
sub flag { $_[0] ? 1 : '' }

sub fails {
    my ($class, $call) = @_;
    my $answer = eval { $call->() };
    my $error = $@;
    die sprintf("answered with %.400s\n", text($answer)) unless $error;
    die $error unless UNIVERSAL::isa($error, $class);
    return $error;
}

my ($infinity, $least) = (9**9**9, '-9223372036854775808');

sub scalars {
    return Interop::Scalars->new({
        flag => 1, tiny => -8, small => 1600, medium => -320_000, large => 1 << 60, real => 2.25, text => 'scalars é',
        blob => "\x00\x7F\x80\xFF", color => 2, stamp => -9, @_,
    });
}

sub containers {
    return Interop::Containers->new({
        ints => [1, -2, 3], tags => ['x', 'y'], counts => { one => 1, big => '9223372036854775807' },
        flags => [flag(1), flag(0), flag(1)], by_id => { 5 => [scalars(), scalars()], -5 => [] },
        grid => [[], ['a'], ['b', 'c']], deep => { deep => { 1 => [10, 11], 2 => [] } }, reals => [0.5, -1e10],
        bits => { 1 => flag(1), -1 => flag(0) }, palette => [1, 5], blobs => ['', "\xFF\xFE"],
        names => { 1 => 'red', 5 => 'blue' }, nothings => [Interop::Empty->new, Interop::Empty->new],
        shorts => [-300, 0, 300], @_,
    });
}

sub everything {
    return Interop::Options->new({ id => 2, note => 'n', count => -3, label => 'l', level => 0, ready => flag(0) });
}

sub unknown {
    my ($peer, $blob, $blobs) = @_;
    my $inner = scalars(blob => $blob);
    my $answer = $peer->{newer}->echoOptions(Interop::OptionsV2->new({
        id => 9, note => 'kept', extra_map => { k => [$inner] }, extra_set => [$least, 0],
        extra_struct => containers(blobs => $blobs, by_id => { 5 => [$inner] }), extra_bool => 1, extra_double => -0.5,
        extra_bools => [1, 0],
    }));
    equal([$answer->id, $answer->note, $answer->extra_map], [9, 'kept', undef]);
    $peer->{client}->ping;
}

my @checks = (
    whoami => sub {
        my $name = $_[0]{client}->whoami;
        say "server: $name";
        die "it has no name\n" if $name eq '';
    },
    ping => sub { equal($_[0]{client}->ping, undef) },
    bool => sub { each_of($_[0], 'echoBool', flag(1), flag(0)) },
    i8 => sub { each_of($_[0], 'echoI8', 0, 1, -1, -128, 127) },
    i16 => sub { each_of($_[0], 'echoI16', 0, 1, -1, -32_768, 32_767) },
    i32 => sub { each_of($_[0], 'echoI32', 0, 1, -1, -2_147_483_648, 2_147_483_647) },
    i64 => sub { each_of($_[0], 'echoI64', 0, 1, -1, $least, '9223372036854775807') },
    double => sub { each_of($_[0], 'echoDouble', 0, 1.5, -1.1, 1e300, 5e-324, 3.141592653589793) },
    double_negzero => sub {
        my $answer = $_[0]{client}->echoDouble(unpack('d>', "\x80" . "\0" x 7));
        equal(unpack('H*', pack('d>', $answer)), '80' . '00' x 7);
    },
    double_nonfinite => sub {
        each_of($_[0], 'echoDouble', $infinity, -$infinity);
        my $answer = $_[0]{client}->echoDouble($infinity - $infinity);
        die "got $answer\n" if $answer == $answer;
    },
    string => sub { each_of($_[0], 'echoString', '', 'hello', '0123456789' x 30) },
    string_unicode => sub { each_of($_[0], 'echoString', 'héllo', '漢字', '😀𝄞') },
    string_escapes => sub { each_of($_[0], 'echoString', "\" \\ / \b \f \n \r \t \x01 \x7F") },
    binary => sub {
        my $all = pack('C*', 0 .. 255);
        each_of($_[0], 'echoBinary', (map { substr($all, 250 - $_, $_) } 0 .. 5), $all);
    },
    enum => sub { each_of($_[0], 'echoEnum', 1, 5, 2_147_483_647) },
    list => sub {
        for my $size (0, 1, 14, 15, 16, 1000) {
            each_of($_[0], 'echoList', [map { $_ * 7 - 3 } 0 .. $size - 1]);
        }
    },
    set => sub {
        for my $set ([], ['a', 'b', 'é']) {
            equal(elements($_[0]{client}->echoSet($set)), $set);
        }
    },
    map => sub { each_of($_[0], 'echoMap', {}, { a => 1, b => -2, 'é' => 2_147_483_647 }) },
    empty_struct => sub { each_of($_[0], 'echoEmpty', Interop::Empty->new) },
    scalars => sub {
        each_of($_[0], 'echoScalars', scalars());
        # A peer that has no null answers with defaults.
        my $answer = $_[0]{client}->echoScalars(Interop::Scalars->new);
        equal([$answer->flag || 0, $answer->medium // 0, $answer->text // ''], [0, 0, '']);
    },
    gaps => sub {
        each_of($_[0], 'echoGaps', Interop::Gaps->new({
            forty => 40, one => 1, sixteen => flag(0), seventeen => -17, thousand => 'thousand', last => 1,
        }));
    },
    containers => sub { each_of($_[0], 'echoContainers', containers()) },
    containers_empty => sub {
        my %lists = map { $_ => [] } qw(ints tags flags grid reals palette blobs nothings shorts);
        my %maps = map { $_ => {} } qw(counts by_id deep bits names);
        each_of($_[0], 'echoContainers', Interop::Containers->new({ %lists, %maps }));
    },
    options => sub { each_of($_[0], 'echoOptions', Interop::Options->new({ id => 1 }), everything()) },
    options_described => sub {
        my $few = Interop::Options->new({ id => 1 });
        my $client = $_[0]{client};
        equal($client->describeOptions($few), 'id=1 note=- count=- label=unnamed level=7 ready=-');
        equal($client->describeOptions(everything()), 'id=2 note=n count=-3 label=l level=0 ready=false');
    },
    union => sub {
        for (['number', -5, 'number:-5'], ['text', 't', 'text:t'], ['record', scalars(), 'record:scalars é'],
            ['many', [1, 2, 3], 'many:3']) {
            my ($arm, $value, $described) = @$_;
            my $choice = Interop::Choice->new({ $arm => $value });
            each_of($_[0], 'echoChoice', $choice);
            equal($_[0]{client}->describeChoice($choice), $described);
        }
    },
    recursion => sub {
        my $tree = sub { Interop::Tree->new({ value => $_[0], kids => $_[1] }) };
        my @leaves = map { $tree->($_, []) } 0 .. 2;
        each_of($_[0], 'echoTree', $tree->(-1, [map { $tree->(9, \@leaves) } 0 .. 3]));
        my $chain = $tree->(0, []);
        $chain = $tree->($_, [$chain]) for 1 .. 29;
        equal($_[0]{client}->treeDepth($chain), 30);
    },
    mix => sub { equal($_[0]{client}->mix(3, -20, ['a', 'b']), 3) },
    fail_ok => sub { equal($_[0]{client}->fail(0), 'ok') },
    fail_declared => sub {
        my ($peer) = @_;
        my $oops = fails('Interop::Oops', sub { $peer->{client}->fail(1) });
        equal([$oops->code, $oops->reason], [1001, 'declared']);
        my $missing = fails('Interop::NotFound', sub { $peer->{client}->fail(2) });
        equal([$missing->key, $missing->nearest->text], ['k', 'near']);
    },
    fail_void => sub {
        my ($peer) = @_;
        equal($peer->{client}->failVoid(0), undef);
        my $oops = fails('Interop::Oops', sub { $peer->{client}->failVoid(1) });
        equal([$oops->code, $oops->reason], [1002, 'void']);
    },
    large => sub {
        my $blob = pack('C*', map { $_ % 251 } 0 .. (1 << 20) - 1);
        die "another blob\n" if $_[0]{client}->echoBinary($blob) ne $blob;
        my $text = 'é' x (1 << 19);
        die "another text\n" if $_[0]{client}->echoString($text) ne $text;
    },
    oneway => sub {
        $_[0]{client}->fire("token $$") for 1 .. 3;
        equal($_[0]{client}->fired("token $$"), 3);
    },
    unknown_fields => sub { unknown($_[0], '', []) },
    unknown_binary => sub { unknown($_[0], "\xFF\xFE\x80", ["\xFF\xFE", "\x80"]) },
    unknown_method => sub {
        my ($peer) = @_;
        # `unknown_binary` is about what is not UTF-8.
        my $arguments = containers(blobs => ['text'], by_id => {});
        my $error = fails('Thrift::TApplicationException', sub { $peer->{client}->notThere($arguments, 5) });
        equal($error->getCode, Thrift::TApplicationException::UNKNOWN_METHOD);
        $peer->{client}->ping;
    },
    undeclared => sub {
        my ($peer) = @_;
        my $error = fails('Thrift::TApplicationException', sub { $peer->{client}->fail(3) });
        say 'undeclared: ' . $error->getCode;
        $peer->{client}->ping;
    },
    second => sub {
        my $second = $_[0]{second} or die bless({ why => 'the server is not multiplexed' }, 'Skip');
        die "it greets somebody else\n" if index($second->greet('you'), 'you') < 0;
        equal($second->add(40, 2), 42);
        $_[0]{client}->ping;
    },
    uuid => sub { die bless({ why => 'the client has no uuid' }, 'Skip') },
);

# Seconds that a check may take.
use constant PATIENCE => 20;

sub call {
    my $peer = eval { connect_to_server() };
    if (!$peer) {
        print STDERR "cannot connect: $@\n";
        return 2;
    }
    my $failed = 0;
    local $SIG{ALRM} = sub { die 'not done after ' . PATIENCE . " seconds\n" };
    while (my ($name, $check) = splice(@checks, 0, 2)) {
        alarm PATIENCE;
        my $passed = eval { $check->($peer //= connect_to_server()); 1 };
        my $error = $@;
        alarm 0;
        if ($passed) {
            say "PASS $name";
        } elsif (ref $error eq 'Skip') {
            say "SKIP $name: $error->{why}";
        } else {
            $error =~ s/\s+/ /g;
            say "FAIL $name: ", substr($error, 0, 600);
            ($failed, $peer) = (1, undef);
        }
    }
    return $failed;
}

$| = 1;
serve() if $role eq 'server';
exit call() if $role eq 'client';
