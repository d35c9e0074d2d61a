"""Plans and a warehouse in, counts of patients out: rules as columns, and whoever columns cannot decide one by one."""
