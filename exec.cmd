@rem For Windows, whose shell has no exec. Elsewhere exec lets signals to npm reach Node itself.
@%*
