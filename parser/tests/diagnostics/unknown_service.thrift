service A extends Bse {}
service Base {}
struct S {}
service C extends S {}
service D extends x.Y {}
