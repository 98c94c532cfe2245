"""The server of the ThriftPy tutorial: sleep_server.py IDL PORT buffered|framed"""
import sys
import time

import thriftpy2
from thriftpy2.rpc import make_server
from thriftpy2.transport import TBufferedTransportFactory, TFramedTransportFactory

sleep_thrift = thriftpy2.load(sys.argv[1], module_name="sleep_thrift")
factories = {"buffered": TBufferedTransportFactory, "framed": TFramedTransportFactory}


class Dispatcher:
    def sleep(self, seconds):
        print("I'm going to sleep %d seconds" % seconds, flush=True)
        time.sleep(seconds)
        print("Sleep over!", flush=True)


make_server(sleep_thrift.Sleep, Dispatcher(), "127.0.0.1", int(sys.argv[2]),
            trans_factory=factories[sys.argv[3]]()).serve()
