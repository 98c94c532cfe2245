const string A = "hé"
const binary B = "hé"
const string C = B
