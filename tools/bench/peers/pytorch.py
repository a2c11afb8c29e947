"""A peer of the comparison: the task of a folder in PyTorch, on the CPU. See ../README.md for the protocol.

    python pytorch.py FOLDER THREADS
"""

import json
import struct
import sys
import time
from pathlib import Path

try:
    import torch
    from torch import nn
    from torch.nn import functional as F
except ImportError as error:
    sys.exit(f"this Python has no PyTorch: {error}")


def check_blas():
    """A PyTorch on the reference BLAS is many times slower than PyTorch is; it must not be a baseline."""
    show = torch.__config__.show()
    if "BLAS_INFO=" in show:
        blas = show.split("BLAS_INFO=")[1].split(",")[0].split()[0]
    else:
        blas = "unknown"
    # A build that names a generic BLAS gets whichever library the system offers, so it is measured.
    a = torch.randn(512, 512)
    best = float("inf")
    for _ in range(8):
        begin = time.perf_counter()
        a @ a
        best = min(best, time.perf_counter() - begin)
    gflops = 2 * 512**3 / best / 1e9
    if blas.lower() in ("mkl", "open", "openblas", "accelerate", "armpl", "flame", "nvpl"):
        return blas
    if gflops < 15:
        sys.exit(
            f"this PyTorch multiplies matrices with a reference BLAS ({blas}, {gflops:.1f} GFLOP/s): "
            "no fair baseline; install a wheel with MKL or OpenBLAS (pip install torch)"
        )
    return f"{blas} ({gflops:.0f} GFLOP/s)"


def read_weights(path):
    """The tensors of a safetensors file, all float32."""
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        values = torch.frombuffer(bytearray(data[8 + length + begin : 8 + length + end]), dtype=torch.float32)
        tensors[name] = values.reshape(entry["shape"])
    return tensors


class Block(nn.Module):
    """As in nanoGPT's model.py, with biases."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.ln_1 = nn.LayerNorm(width)
        self.c_attn = nn.Linear(width, 3 * width)
        self.c_proj = nn.Linear(width, width)
        self.ln_2 = nn.LayerNorm(width)
        self.c_fc = nn.Linear(width, 4 * width)
        self.mlp_proj = nn.Linear(4 * width, width)
        self.gelu = nn.GELU(approximate="tanh")

    def forward(self, x):
        B, T, C = x.size()
        q, k, v = self.c_attn(self.ln_1(x)).split(C, dim=2)
        q, k, v = (part.view(B, T, self.heads, C // self.heads).transpose(1, 2) for part in (q, k, v))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.c_proj(y.transpose(1, 2).contiguous().view(B, T, C))
        return x + self.mlp_proj(self.gelu(self.c_fc(self.ln_2(x))))


class GPT(nn.Module):
    def __init__(self, task):
        super().__init__()
        model, width = task["model"], task["model"]["width"]
        self.wte = nn.Embedding(task["vocabularySize"], width)
        self.wpe = nn.Embedding(model["context"], width)
        self.h = nn.ModuleList(Block(width, model["heads"]) for _ in range(model["layers"]))
        self.ln_f = nn.LayerNorm(width)
        self.lm_head = nn.Linear(width, task["vocabularySize"], bias=False)
        self.wte.weight = self.lm_head.weight
        self.register_buffer("positions", torch.arange(task["context"]))

    def load(self, weights):
        def of(name):
            name = name.replace("mlp_proj", "mlp.c_proj").replace("c_fc", "mlp.c_fc")
            name = name.replace("c_attn", "attn.c_attn").replace(".c_proj", ".attn.c_proj").replace("mlp.attn", "mlp")
            # GPT-2's checkpoints hold the weights of linear layers as [in, out].
            value = weights[f"transformer.{name}"]
            return value.t().contiguous() if ".c_" in name and value.dim() == 2 else value

        own = {name: of(name) for name, _ in self.named_parameters()}
        self.load_state_dict({**own, "lm_head.weight": own["wte.weight"], "positions": self.positions})

    def loss(self, inputs, targets, state):
        x = self.wte(inputs) + self.wpe(self.positions)
        for block in self.h:
            x = block(x)
        logits = self.lm_head(self.ln_f(x))
        return F.cross_entropy(logits.view(-1, logits.size(-1)), targets.view(-1)), None


class Recurrent(nn.Module):
    """As in PyTorch's word-level language modelling example: time first, which its kernels like best."""

    time_first = True

    def __init__(self, task):
        super().__init__()
        model, vocabulary = task["model"], task["vocabularySize"]
        cell = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}[task["family"]]
        self.encoder = nn.Embedding(vocabulary, model["embedding"])
        self.rnn = cell(model["embedding"], model["hidden"], model["layers"])
        self.decoder = nn.Linear(model["hidden"], vocabulary)

    def load(self, weights):
        self.load_state_dict(weights)

    def loss(self, inputs, targets, state):
        output, state = self.rnn(self.encoder(inputs), state)
        logits = self.decoder(output)
        detached = tuple(s.detach() for s in state) if isinstance(state, tuple) else state.detach()
        return F.cross_entropy(logits.view(-1, logits.size(-1)), targets.view(-1)), detached


def fused_where_known(optimizer, groups, **options):
    """The optimizer in its fastest form: one kernel for all parameters, where this PyTorch has it on a CPU."""
    try:
        return optimizer(groups, fused=True, **options)
    except (RuntimeError, TypeError):
        return optimizer(groups, **options)


def training(task, folder):
    model = GPT(task) if task["family"] == "transformer" else Recurrent(task)
    model.load(read_weights(folder / "weights.safetensors"))
    parameters = list(model.parameters())
    settings = task["optimizer"]
    if settings["name"] == "adamw":
        groups = [
            {"params": [p for p in parameters if p.dim() >= 2], "weight_decay": settings["weightDecay"]},
            {"params": [p for p in parameters if p.dim() < 2], "weight_decay": 0.0},
        ]
        betas = (0.9, settings["beta2"])
        optimizer = fused_where_known(torch.optim.AdamW, groups, lr=settings["learningRate"], betas=betas)
    else:
        optimizer = fused_where_known(torch.optim.SGD, parameters, lr=settings["learningRate"])
    rows, length = task["batchSize"], task["context"]
    ids = torch.frombuffer(bytearray((folder / "batches.i32").read_bytes()), dtype=torch.int32).long()
    batches = [tuple(part) for part in ids.view(-1, 2, rows, length)]
    if getattr(model, "time_first", False):
        batches = [tuple(part.t().contiguous() for part in batch) for batch in batches]
    state = None
    done = 0

    def step():
        nonlocal state, done
        index = done % len(batches)
        if index == 0:
            state = None
        inputs, targets = batches[index]
        loss, state = model.loss(inputs, targets, state)
        loss.backward()
        norm = nn.utils.clip_grad_norm_(parameters, task["clip"])
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        done += 1
        norm.item()  # A training loop reports both.
        return loss.item()

    return step


def matmul(task, _):
    size = task["size"]
    a, b = (torch.sin(torch.arange(size * size, dtype=torch.float32) + i).view(size, size) for i in (0, 1))

    def step():
        return (a @ b)[0, 0].item()

    return step


def main():
    folder, threads = Path(sys.argv[1]), int(sys.argv[2])
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    blas = check_blas()
    task = json.loads((folder / "task.json").read_text())
    step = (matmul if task["family"] == "matmul" else training)(task, folder)
    print(json.dumps({"name": "PyTorch", "version": torch.__version__, "detail": blas}), flush=True)
    for line in sys.stdin:
        seconds, losses = [], []
        processor = time.process_time()
        for _ in range(json.loads(line)["steps"]):
            begin = time.perf_counter()
            losses.append(step())
            seconds.append(time.perf_counter() - begin)
        processor = time.process_time() - processor
        print(json.dumps({"seconds": seconds, "losses": losses, "processor": processor}), flush=True)


main()
