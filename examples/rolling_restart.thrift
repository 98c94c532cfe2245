/** Accounts, held by each server on its own. */
service Accounts {
  /** Reads only, so that a call may be handled twice: the client sends it again when its connection is lost. */
  i64 balance(1: string account) (idempotent)

  /** A call that is handled twice would be wrong: the client sends it once, and reports that it may be lost. */
  i64 add(1: string account, 2: i64 amount)
}
