"""Who is who: names, labels, and one name for each person."""
