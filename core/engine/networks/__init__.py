"""The networks in PyTorch: their only definition (DESIGN §11). Training, export and the PyTorch engine use it."""
