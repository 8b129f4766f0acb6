package index

func childMain() {}
