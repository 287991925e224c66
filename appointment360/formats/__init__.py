"""How each language writes days and numbers, where that is not how Django has it. Templates name these formats."""
