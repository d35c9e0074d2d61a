"""Many patients as three sorted tables, made by the readers of single records; nothing that an answer needs is lost."""
