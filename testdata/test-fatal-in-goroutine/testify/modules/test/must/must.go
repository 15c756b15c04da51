package must

type T interface{ Fatalf(string, ...any) }

func NoError(t T, err error) {}
