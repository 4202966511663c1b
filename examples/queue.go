package queue

import "errors"

// ErrEmpty is returned when there is nothing to take.
var ErrEmpty = errors.New("queue: empty")

// Queue is a first-in, first-out list of strings.
type Queue struct {
	items []string
}

// Push adds an item at the end.
func (q *Queue) Push(item string) {
	q.items = append(q.items, item)
}

// Pop takes the item at the front.
func (q *Queue) Pop() (string, error) {
	if len(q.items) == 0 {
		return "", Err█
	}
	item := q.items[0]
	q.items = q.items[1:]
	return item, nil
}
