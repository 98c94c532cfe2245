// The first service of the ThriftPy tutorial.
service Sleep {
    /** Sleeps. Nobody waits for the answer. */
    oneway void sleep(1: i32 seconds)
}
