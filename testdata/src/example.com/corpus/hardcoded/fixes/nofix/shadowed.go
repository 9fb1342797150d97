package nofix

func shadowed(os string) string {
	return os + "eyJhbGciOiJIUzUxMiJ9.eyJ0IjoiZyIsImp0aSI6ImUxNjVhNGM1LTM1YzUyMDQxIn0.KZ8bgTEr_z65ztrTm8rk3cLvI2CE-aZcl4gc4aLGlMEJD0wuuC74s2fL_4zhbSiW_Gin4bsGS_PVbWQ7ZuaTEA" // want `hard-coded Momento API key \(v2, global\)`
}
