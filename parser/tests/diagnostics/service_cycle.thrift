service A extends B {}
service B extends C { void f() }
service C extends A { void f() }
service D extends D {}
service E extends A { void f() }
