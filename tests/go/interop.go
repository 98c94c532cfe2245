// Apache Thrift for Go as interop server and client: interop server|client IDL --port …
//
// Built with the code that Apache's compiler makes of the IDL.
package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"interop-go/interop"
	"math"
	"net"
	"net/http"
	"os"
	"reflect"
	"sort"
	"strconv"
	"strings"
	"sync"

	"github.com/apache/thrift/lib/go/thrift"
)

const version = "go thrift 0.17"

var (
	background = context.Background()
	address    = "127.0.0.1:9090"
	protocol   = "binary"
	transport  = "buffered"
	multiplex  bool
	path       string
	files      []string // those of TLS

	// One for all layers, which pass it to the layers below them.
	settings = &thrift.TConfiguration{}
)

// handler of all services
type handler struct {
	mutex  sync.Mutex
	tokens map[string]int32
}

type ctx = context.Context

func (h *handler) Whoami(ctx) (string, error)                             { return version, nil }
func (h *handler) Ping(ctx) error                                         { return nil }
func (h *handler) EchoBool(_ ctx, v bool) (bool, error)                   { return v, nil }
func (h *handler) EchoI8(_ ctx, v int8) (int8, error)                     { return v, nil }
func (h *handler) EchoI16(_ ctx, v int16) (int16, error)                  { return v, nil }
func (h *handler) EchoI32(_ ctx, v int32) (int32, error)                  { return v, nil }
func (h *handler) EchoI64(_ ctx, v int64) (int64, error)                  { return v, nil }
func (h *handler) EchoDouble(_ ctx, v float64) (float64, error)           { return v, nil }
func (h *handler) EchoString(_ ctx, v string) (string, error)             { return v, nil }
func (h *handler) EchoBinary(_ ctx, v []byte) ([]byte, error)             { return v, nil }
func (h *handler) EchoEnum(_ ctx, v interop.Color) (interop.Color, error) { return v, nil }
func (h *handler) EchoList(_ ctx, v []int32) ([]int32, error)             { return v, nil }
func (h *handler) EchoSet(_ ctx, v []string) ([]string, error)            { return v, nil }

func (h *handler) EchoMap(_ ctx, v map[string]int32) (map[string]int32, error) { return v, nil }

func (h *handler) EchoEmpty(_ ctx, v *interop.Empty) (*interop.Empty, error)       { return v, nil }
func (h *handler) EchoScalars(_ ctx, v *interop.Scalars) (*interop.Scalars, error) { return v, nil }
func (h *handler) EchoGaps(_ ctx, v *interop.Gaps) (*interop.Gaps, error)          { return v, nil }
func (h *handler) EchoOptions(_ ctx, v *interop.Options) (*interop.Options, error) { return v, nil }
func (h *handler) EchoChoice(_ ctx, v *interop.Choice) (*interop.Choice, error)    { return v, nil }
func (h *handler) EchoTree(_ ctx, v *interop.Tree) (*interop.Tree, error)          { return v, nil }

func (h *handler) EchoContainers(_ ctx, v *interop.Containers) (*interop.Containers, error) {
	return v, nil
}

func (h *handler) DescribeOptions(_ ctx, v *interop.Options) (string, error) {
	note, count, ready := "-", "-", "-"
	if v.Note != nil {
		note = *v.Note
	}
	if v.Count != nil {
		count = fmt.Sprint(*v.Count)
	}
	if v.Ready != nil {
		ready = fmt.Sprint(*v.Ready)
	}
	return fmt.Sprintf("id=%d note=%s count=%s label=%s level=%d ready=%s", v.ID, note, count, v.Label, v.Level, ready), nil
}

func (h *handler) DescribeChoice(_ ctx, v *interop.Choice) (string, error) {
	switch {
	case v.Number != nil:
		return fmt.Sprintf("number:%d", *v.Number), nil
	case v.Text != nil:
		return "text:" + *v.Text, nil
	case v.Record != nil:
		return "record:" + v.Record.Text, nil
	case v.Many != nil:
		return fmt.Sprintf("many:%d", len(v.Many)), nil
	}
	return "none", nil
}

func (h *handler) TreeDepth(c ctx, v *interop.Tree) (int32, error) {
	var below int32
	for _, kid := range v.Kids {
		if depth, _ := h.TreeDepth(c, kid); depth > below {
			below = depth
		}
	}
	return below + 1, nil
}

func (h *handler) Mix(_ ctx, a int32, b int64, c []string) (int64, error) {
	return int64(a) + 10*b + 100*int64(len(c)), nil
}

func (h *handler) Fail(_ ctx, kind int32) (string, error) {
	switch kind {
	case 0:
		return "ok", nil
	case 1:
		return "", &interop.Oops{Code: 1001, Reason: "declared"}
	case 2:
		return "", &interop.NotFound{Key: "k", Nearest: &interop.Scalars{Text: "near"}}
	}
	return "", errors.New("an error that the IDL does not declare")
}

func (h *handler) FailVoid(_ ctx, kind int32) error {
	if kind != 0 {
		return &interop.Oops{Code: 1002, Reason: "void"}
	}
	return nil
}

func (h *handler) Fire(_ ctx, token string) error {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.tokens[token]++
	return nil
}

func (h *handler) Fired(_ ctx, token string) (int32, error) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return h.tokens[token], nil
}

func (h *handler) Greet(_ ctx, name string) (string, error) { return "hello " + name, nil }
func (h *handler) Add(_ ctx, a, b int32) (int32, error)     { return a + b, nil }

func protocols() thrift.TProtocolFactory {
	switch {
	case transport == "header":
		return thrift.NewTHeaderProtocolFactoryConf(settings)
	case protocol == "compact":
		return thrift.NewTCompactProtocolFactoryConf(settings)
	case protocol == "json":
		return thrift.NewTJSONProtocolFactory()
	}
	return thrift.NewTBinaryProtocolFactoryConf(settings)
}

func transports() thrift.TTransportFactory {
	switch transport {
	case "framed":
		return thrift.NewTFramedTransportFactoryConf(thrift.NewTTransportFactory(), settings)
	case "header":
		return thrift.NewTHeaderTransportFactoryConf(nil, settings)
	case "zlib":
		return thrift.NewTZlibTransportFactory(6)
	}
	return thrift.NewTBufferedTransportFactory(8192)
}

func serve() error {
	handler := &handler{tokens: map[string]int32{}}
	var processor thrift.TProcessor = interop.NewInteropProcessor(handler)
	if multiplex {
		several := thrift.NewTMultiplexedProcessor()
		several.RegisterProcessor("Interop", processor)
		several.RegisterProcessor("Second", interop.NewSecondProcessor(handler))
		processor = several
	}
	if transport == "http" {
		http.HandleFunc("/", thrift.NewThriftHandlerFunc(processor, protocols(), protocols()))
		if files != nil {
			return http.ListenAndServeTLS(address, files[0], files[1], nil)
		}
		return http.ListenAndServe(address, nil)
	}
	var socket thrift.TServerTransport
	var err error
	switch {
	case path != "":
		socket = thrift.NewTServerSocketFromAddrTimeout(&net.UnixAddr{Name: path, Net: "unix"}, 0)
	case files != nil:
		var certificate tls.Certificate
		if certificate, err = tls.LoadX509KeyPair(files[0], files[1]); err == nil {
			socket, err = thrift.NewTSSLServerSocket(address, &tls.Config{Certificates: []tls.Certificate{certificate}})
		}
	default:
		socket, err = thrift.NewTServerSocket(address)
	}
	if err != nil {
		return err
	}
	return thrift.NewTSimpleServer4(processor, socket, transports(), protocols()).Serve()
}

// The clients of one connection.
type peer struct {
	*interop.InteropPlusClient
	newer  *interop.InteropV2Client
	second *interop.SecondClient
}

func connect() (*peer, error) {
	if files != nil {
		authority, err := os.ReadFile(files[0])
		if err != nil {
			return nil, err
		}
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM(authority)
		settings.TLSConfig = &tls.Config{RootCAs: roots}
	}
	var connection thrift.TTransport
	var err error
	switch {
	case transport == "http":
		client := &http.Client{Transport: &http.Transport{TLSClientConfig: settings.TLSConfig}}
		scheme := "http://"
		if files != nil {
			scheme = "https://"
		}
		connection, err = thrift.NewTHttpClientWithOptions(scheme+address+"/", thrift.THttpClientOptions{Client: client})
	case path != "":
		unix := &net.UnixAddr{Name: path, Net: "unix"}
		connection, err = transports().GetTransport(thrift.NewTSocketFromAddrConf(unix, settings))
	case files != nil:
		connection, err = transports().GetTransport(thrift.NewTSSLSocketConf(address, settings))
	default:
		connection, err = transports().GetTransport(thrift.NewTSocketConf(address, settings))
	}
	if err != nil {
		return nil, err
	}
	if err := connection.Open(); err != nil {
		return nil, err
	}
	if header, ok := connection.(*thrift.THeaderTransport); ok && protocol == "compact" {
		// With and without a transform.
		if err := header.AddTransform(thrift.TransformZlib); err != nil {
			return nil, err
		}
	}
	plain := protocols().GetProtocol(connection)
	named := func(name string) thrift.TClient {
		if !multiplex {
			return thrift.NewTStandardClient(plain, plain)
		}
		return thrift.NewTStandardClient(plain, thrift.NewTMultiplexedProtocol(plain, name))
	}
	made := &peer{interop.NewInteropPlusClient(named("Interop")), interop.NewInteropV2Client(named("Interop")), nil}
	if multiplex {
		made.second = interop.NewSecondClient(named("Second"))
	}
	return made, nil
}

// What a check panics with.
type failure string
type skipped string

func ensure(fact bool, format string, values ...interface{}) {
	if !fact {
		panic(failure(fmt.Sprintf(format, values...)))
	}
}

func equal(found, expected interface{}) {
	ensure(reflect.DeepEqual(found, expected), "got %.300v instead of %.300v", found, expected)
}

// Takes what a call returned.
func answer[T any](value T, err error) T {
	ensure(err == nil, "%v", err)
	return value
}

func done(err error) { ensure(err == nil, "%v", err) }

func each[T any](echo func(ctx, T) (T, error), values ...T) {
	for _, value := range values {
		equal(answer(echo(background, value)), value)
	}
}

func failed[E error](err error) E {
	var wanted E
	ensure(errors.As(err, &wanted), "fails with %v", err)
	return wanted
}

func pointer[T any](value T) *T { return &value }

func scalars() *interop.Scalars {
	return &interop.Scalars{Flag: true, Tiny: -8, Small: 1600, Medium: -320000, Large: 1 << 60, Real: 2.25, Text: "scalars é",
		Blob: []byte("\x00\x7f\x80\xff"), Color: interop.Color_GREEN, Stamp: -9}
}

func containers() *interop.Containers {
	return &interop.Containers{
		Ints: []int32{1, -2, 3}, Tags: []string{"x", "y"}, Counts: map[string]int64{"one": 1, "big": math.MaxInt64},
		Flags: []bool{true, false, true}, ByID: map[int32][]*interop.Scalars{5: {scalars(), scalars()}, -5: {}},
		Grid: [][]string{{}, {"a"}, {"b", "c"}}, Deep: map[string]map[int32][]int64{"deep": {1: {10, 11}, 2: {}}},
		Reals: []float64{0.5, -1e10}, Bits: map[int8]bool{1: true, -1: false},
		Palette: []interop.Color{interop.Color_RED, interop.Color_BLUE}, Blobs: [][]byte{{}, []byte("\xff\xfe")},
		Names:    map[interop.Color]string{interop.Color_RED: "red", interop.Color_BLUE: "blue"},
		Nothings: []*interop.Empty{{}, {}}, Shorts: []int16{-300, 0, 300}}
}

func emptyContainers() *interop.Containers {
	return &interop.Containers{Ints: []int32{}, Tags: []string{}, Counts: map[string]int64{}, Flags: []bool{},
		ByID: map[int32][]*interop.Scalars{}, Grid: [][]string{}, Deep: map[string]map[int32][]int64{}, Reals: []float64{},
		Bits: map[int8]bool{}, Palette: []interop.Color{}, Blobs: [][]byte{}, Names: map[interop.Color]string{},
		Nothings: []*interop.Empty{}, Shorts: []int16{}}
}

// Sets are slices in Go, and come back in any order.
func echoContainers(p *peer) func(ctx, *interop.Containers) (*interop.Containers, error) {
	return func(c ctx, value *interop.Containers) (*interop.Containers, error) {
		found, err := p.EchoContainers(c, value)
		if err == nil {
			ordered(found.Tags)
			ordered(found.Shorts)
			for _, inner := range found.Deep {
				for _, set := range inner {
					ordered(set)
				}
			}
		}
		return found, err
	}
}

func ordered[T string | int16 | int64](set []T) []T {
	sort.Slice(set, func(a, b int) bool { return set[a] < set[b] })
	return set
}

func everything() *interop.Options {
	return &interop.Options{ID: 2, Note: pointer("n"), Count: pointer(int32(-3)), Label: "l", Level: 0, Ready: pointer(false)}
}

func minimum() *interop.Options {
	options := interop.NewOptions()
	options.ID = 1
	return options
}

func unknown(p *peer, blob []byte, blobs ...[]byte) {
	inner := scalars()
	inner.Blob = blob
	structure := containers()
	structure.Blobs = blobs
	structure.ByID = map[int32][]*interop.Scalars{5: {inner}}
	found := answer(p.newer.EchoOptions(background, &interop.OptionsV2{
		ID: 9, Note: pointer("kept"), ExtraMap: map[string][]*interop.Scalars{"k": {inner}}, ExtraSet: []int64{math.MinInt64, 0},
		ExtraStruct: structure, ExtraBool: pointer(true), ExtraDouble: pointer(-0.5), ExtraBools: []bool{true, false}}))
	equal(found, &interop.OptionsV2{ID: 9, Note: pointer("kept")})
	done(p.Ping(background))
}

func application(p *peer, err error) int32 {
	exception := failed[thrift.TApplicationException](err)
	done(p.Ping(background))
	return exception.TypeId()
}

type check struct {
	name string
	run  func(*peer)
}

var checks = []check{
	{"whoami", func(p *peer) {
		name := answer(p.Whoami(background))
		fmt.Println("server:", name)
		ensure(name != "", "the name is empty")
	}},
	{"ping", func(p *peer) { done(p.Ping(background)) }},
	{"bool", func(p *peer) { each(p.EchoBool, true, false) }},
	{"i8", func(p *peer) { each(p.EchoI8, 0, 1, -1, math.MinInt8, math.MaxInt8) }},
	{"i16", func(p *peer) { each(p.EchoI16, 0, 1, -1, math.MinInt16, math.MaxInt16) }},
	{"i32", func(p *peer) { each(p.EchoI32, 0, 1, -1, math.MinInt32, math.MaxInt32) }},
	{"i64", func(p *peer) { each(p.EchoI64, 0, 1, -1, math.MinInt64, math.MaxInt64) }},
	{"double", func(p *peer) { each(p.EchoDouble, 0, 1.5, -1.1, 1e300, 5e-324, 3.141592653589793) }},
	{"double_negzero", func(p *peer) {
		ensure(math.Signbit(answer(p.EchoDouble(background, math.Copysign(0, -1)))), "the sign is lost")
	}},
	{"double_nonfinite", func(p *peer) {
		each(p.EchoDouble, math.Inf(1), math.Inf(-1))
		ensure(math.IsNaN(answer(p.EchoDouble(background, math.NaN()))), "not NaN")
	}},
	{"string", func(p *peer) { each(p.EchoString, "", "hello", strings.Repeat("x", 300)) }},
	{"string_unicode", func(p *peer) { each(p.EchoString, "héllo", "漢字", "😀𝄞") }},
	{"string_escapes", func(p *peer) { each(p.EchoString, "\" \\ / \b \f \n \r \t \x01 \x7f") }},
	{"binary", func(p *peer) {
		all := make([]byte, 256)
		for at := range all {
			all[at] = byte(at)
		}
		for length := 0; length <= 5; length++ {
			each(p.EchoBinary, all[250-length:250])
		}
		each(p.EchoBinary, all)
	}},
	{"enum", func(p *peer) { each(p.EchoEnum, interop.Color_RED, interop.Color_BLUE, interop.Color_BIG) }},
	{"list", func(p *peer) {
		for _, size := range []int{0, 1, 14, 15, 16, 1000} {
			list := make([]int32, size)
			for at := range list {
				list[at] = int32(at*7 - 3)
			}
			each(p.EchoList, list)
		}
	}},
	{"set", func(p *peer) {
		each(p.EchoSet, []string{})
		equal(ordered(answer(p.EchoSet(background, []string{"a", "b", "é"}))), []string{"a", "b", "é"})
	}},
	{"map", func(p *peer) {
		each(p.EchoMap, map[string]int32{}, map[string]int32{"a": 1, "b": -2, "é": math.MaxInt32})
	}},
	{"empty_struct", func(p *peer) { each(p.EchoEmpty, &interop.Empty{}) }},
	{"scalars", func(p *peer) {
		// Go has no unset fields, and sends zeros.
		each(p.EchoScalars, scalars(), &interop.Scalars{Blob: []byte{}})
	}},
	{"gaps", func(p *peer) {
		each(p.EchoGaps, &interop.Gaps{Forty: 40, One: true, Seventeen: -17, Thousand: "thousand", Last: true})
	}},
	{"containers", func(p *peer) { each(echoContainers(p), containers()) }},
	{"containers_empty", func(p *peer) { each(echoContainers(p), emptyContainers()) }},
	{"options", func(p *peer) { each(p.EchoOptions, minimum(), everything()) }},
	{"options_described", func(p *peer) {
		equal(answer(p.DescribeOptions(background, minimum())), "id=1 note=- count=- label=unnamed level=7 ready=-")
		equal(answer(p.DescribeOptions(background, everything())), "id=2 note=n count=-3 label=l level=0 ready=false")
	}},
	{"union", func(p *peer) {
		for described, arm := range map[string]*interop.Choice{
			"number:-5":        {Number: pointer(int32(-5))},
			"text:t":           {Text: pointer("t")},
			"record:scalars é": {Record: scalars()},
			"many:3":           {Many: []int32{1, 2, 3}},
		} {
			each(p.EchoChoice, arm)
			equal(answer(p.DescribeChoice(background, arm)), described)
		}
	}},
	{"recursion", func(p *peer) {
		tree := &interop.Tree{Value: -1, Kids: []*interop.Tree{}}
		for branches := 0; branches < 4; branches++ {
			branch := &interop.Tree{Value: 9, Kids: []*interop.Tree{}}
			for leaf := int32(0); leaf < 3; leaf++ {
				branch.Kids = append(branch.Kids, &interop.Tree{Value: leaf, Kids: []*interop.Tree{}})
			}
			tree.Kids = append(tree.Kids, branch)
		}
		each(p.EchoTree, tree)
		chain := &interop.Tree{}
		for value := int32(1); value < 30; value++ {
			chain = &interop.Tree{Value: value, Kids: []*interop.Tree{chain}}
		}
		equal(answer(p.TreeDepth(background, chain)), int32(30))
	}},
	{"mix", func(p *peer) { equal(answer(p.Mix(background, 3, -20, []string{"a", "b"})), int64(3)) }},
	{"fail_ok", func(p *peer) { equal(answer(p.Fail(background, 0)), "ok") }},
	{"fail_declared", func(p *peer) {
		_, err := p.Fail(background, 1)
		equal(failed[*interop.Oops](err), &interop.Oops{Code: 1001, Reason: "declared"})
		_, err = p.Fail(background, 2)
		missing := failed[*interop.NotFound](err)
		equal([]string{missing.Key, missing.Nearest.Text}, []string{"k", "near"})
	}},
	{"fail_void", func(p *peer) {
		done(p.FailVoid(background, 0))
		equal(failed[*interop.Oops](p.FailVoid(background, 1)), &interop.Oops{Code: 1002, Reason: "void"})
	}},
	{"large", func(p *peer) {
		blob := make([]byte, 1<<20)
		for at := range blob {
			blob[at] = byte(at % 251)
		}
		ensure(bytes.Equal(answer(p.EchoBinary(background, blob)), blob), "another binary value")
		text := strings.Repeat("é", 1<<19)
		ensure(answer(p.EchoString(background, text)) == text, "another string")
	}},
	{"oneway", func(p *peer) {
		token := fmt.Sprintf("token %d", os.Getpid())
		for times := 0; times < 3; times++ {
			done(p.Fire(background, token))
		}
		equal(answer(p.Fired(background, token)), int32(3))
	}},
	{"unknown_fields", func(p *peer) { unknown(p, nil) }},
	{"unknown_binary", func(p *peer) { unknown(p, []byte("\xff\xfe\x80"), []byte("\xff\xfe"), []byte("\x80")) }},
	{"unknown_method", func(p *peer) {
		// `unknown_binary` is about what is not UTF-8.
		sent := containers()
		sent.Blobs, sent.ByID = [][]byte{[]byte("text")}, nil
		_, err := p.NotThere(background, sent, 5)
		equal(application(p, err), int32(thrift.UNKNOWN_METHOD))
	}},
	{"undeclared", func(p *peer) {
		_, err := p.Fail(background, 3)
		fmt.Println("undeclared:", application(p, err))
	}},
	{"second", func(p *peer) {
		if p.second == nil {
			panic(skipped("the server is not multiplexed"))
		}
		greeting := answer(p.second.Greet(background, "you"))
		ensure(strings.Contains(greeting, "you"), "got %s", greeting)
		equal(answer(p.second.Add(background, 40, 2)), int32(42))
		done(p.Ping(background))
	}},
	{"uuid", func(*peer) { panic(skipped("the client has no uuid")) }},
}

// Runs a check, prints its line, and returns whether it did not fail.
func passes(c check, p *peer) (passed bool) {
	defer func() {
		switch why := recover().(type) {
		case nil:
			fmt.Println("PASS", c.name)
			passed = true
		case skipped:
			fmt.Printf("SKIP %s: %s\n", c.name, string(why))
			passed = true
		case failure:
			fmt.Printf("FAIL %s: %s\n", c.name, strings.Join(strings.Fields(string(why)), " "))
		default:
			panic(why)
		}
	}()
	c.run(p)
	return
}

func call() int {
	status := 0
	p, err := connect()
	for _, c := range checks {
		if p == nil && err == nil {
			p, err = connect()
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "cannot connect:", err)
			return 2
		}
		if !passes(c, p) {
			status, p = 1, nil
		}
	}
	return status
}

func main() {
	host, port := "127.0.0.1", 9090
	words := os.Args[3:]
	for at := 0; at < len(words); at++ {
		value := func() string {
			at++
			return words[at]
		}
		switch words[at] {
		case "--host":
			host = value()
		case "--port":
			port, _ = strconv.Atoi(value())
		case "--protocol":
			protocol = value()
		case "--transport":
			transport = value()
		case "--multiplex":
			multiplex = true
		case "--domain-socket":
			path = value()
		case "--tls":
			files = words[at+1:]
			at = len(words)
		}
	}
	header := thrift.THeaderProtocolID(thrift.THeaderProtocolBinary)
	if protocol == "compact" {
		header = thrift.THeaderProtocolCompact
	}
	settings.THeaderProtocolID = &header
	address = net.JoinHostPort(host, strconv.Itoa(port))
	if os.Args[1] == "client" {
		os.Exit(call())
	}
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, "cannot serve:", err)
		os.Exit(1)
	}
}
