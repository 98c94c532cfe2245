enum Unit { METRE = 1 }
