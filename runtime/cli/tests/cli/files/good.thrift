/** Naps. */
service Sleep {
    oneway void sleep(1: i32 seconds)
}
