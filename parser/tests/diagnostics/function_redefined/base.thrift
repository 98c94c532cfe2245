service Base { void ping() }
