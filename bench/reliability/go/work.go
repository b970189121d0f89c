package main

// The work: functions, branches and loops whose counts are known.

func all() {
	once()
	for number := 0; number < 3; number++ {
		threeTimes(number)
	}
	sum := 0
	for number := 0; number < 1000; number++ {
		sum += thousandTimes(number)
	}
	if sum == 0 {
		never()
	}
}

func once() {}

func threeTimes(number int) {
	switch number {
	case 0:
		once()
	case 1, 2:
		for left := number; left > 0; left-- {
			once()
		}
	default:
		never()
	}
}

func thousandTimes(number int) int {
	if number%3 == 0 {
		return number / 2
	}
	if number%2 == 0 {
		return 1
	}
	return 0
}

func never() {
	panic("never")
}
