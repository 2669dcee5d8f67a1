"""How a brief looks: Brief -> Document -> text a surface accepts; pure, no I/O."""
