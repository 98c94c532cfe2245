struct S xsd_all {
  1: i32 a xsd_optional xsd_nillable xsd_attrs { 1: string b }
  2: i32 c xsd_nillable (x = "y")
}
