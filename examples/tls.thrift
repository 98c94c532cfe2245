service Vault {
    /** Opens the vault for a client whose certificate is good for this. */
    string open()
}
