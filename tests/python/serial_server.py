"""A threaded server, which takes the calls of a connection one by one: serial_server.py IDL PORT"""
import sys
import time

import thriftpy2
from thriftpy2.rpc import make_server

serial_thrift = thriftpy2.load(sys.argv[1], module_name="serial_thrift")


class Dispatcher:
    def work(self, millis):
        time.sleep(millis / 1000)
        return millis


make_server(serial_thrift.Serial, Dispatcher(), "127.0.0.1", int(sys.argv[2])).serve()
