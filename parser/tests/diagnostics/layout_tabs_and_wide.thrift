struct S {
	1:	Nope	x // after
  2: i32 a (k = "日本語") 3: Nope y
  /* ‮ */ 4: Nope z
}
