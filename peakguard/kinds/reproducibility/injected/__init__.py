"""What stands in place of the system's: the time, random bytes, the order of folders; schedules and addresses too."""
