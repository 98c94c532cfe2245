service Queries {
  string current_user()
}
