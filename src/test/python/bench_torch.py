"""Times the feature distillation step in PyTorch: ViT-B/16 to ViT-B/16, for comparison with bench.

    python bench_torch.py --batch 8 --threads 2 --seconds 60 --precision float32

Teacher forward without gradients, whitening, student forward with shared relative position bias,
projector, smooth-L1, backward, clipping at 3.0, fused AdamW. Attention is PyTorch's
scaled_dot_product_attention. The last line is JSON.
"""

import argparse
import dataclasses
import json
import platform
import statistics
import time

import torch
import torch.nn.functional as F

import vit_torch

TEACHER = vit_torch.Vit(absolute_position=True, relative_position_shared=False, layer_scale=False,
                        qkv_bias="FULL_BIAS")
STUDENT = vit_torch.Vit()


def initial(name, shape, device):
    if name.endswith("/scale"):
        return torch.ones(shape, device=device)
    if "layer_scale" in name:
        return torch.full(shape, 0.1, device=device)
    if len(shape) == 1 or name.endswith("/table"):
        return torch.zeros(shape, device=device)
    return torch.randn(shape, device=device) * 0.02


def parameters(vit, device, trainable):
    """Leaves with kernels in PyTorch's own layout, [out, in] and [out, in, kh, kw]."""
    leaves = {}
    for name, shape in vit_torch.parameter_shapes(vit).items():
        if name.endswith("/kernel"):
            shape = (shape[-1], shape[-2], *shape[:-2])
        leaves[name] = initial(name, shape, device).requires_grad_(trainable)
    return leaves


def views(leaves):
    """The leaves as vit_torch wants them; it turns them back, so that nothing is copied."""
    orders = {2: (1, 0), 4: (2, 3, 1, 0)}
    return {n: v.permute(orders[v.ndim]) if n.endswith("/kernel") else v for n, v in leaves.items()}


class Step:
    """One optimiser step on a fixed batch."""

    def __init__(self, options):
        self.bfloat16 = options.precision == "bfloat16"
        self.device = options.device
        self.images = torch.randn(options.batch, STUDENT.image_size, STUDENT.image_size, 3, device=self.device)
        self.teacher_vit = dataclasses.replace(TEACHER, depth=options.depth)
        self.student_vit = dataclasses.replace(STUDENT, depth=options.depth)
        self.teacher = parameters(self.teacher_vit, self.device, False)
        self.student = parameters(self.student_vit, self.device, True)
        self.projector = torch.nn.Linear(STUDENT.width, TEACHER.width, device=self.device)
        self.trained = [*self.student.values(), *self.projector.parameters()]
        self.optimizer = torch.optim.AdamW(self.groups(), lr=1.2e-3, betas=(0.9, 0.999), eps=1e-8, fused=True)
        self.loss_function = torch.compile(self.loss) if options.compile else self.loss

    def groups(self):
        vectors = [p for n, p in self.student.items() if p.ndim == 1 or n in ("cls_token", "pos_embed")]
        matrices = [p for n, p in self.student.items() if p.ndim > 1 and n not in ("cls_token", "pos_embed")]
        return [{"params": [*matrices, self.projector.weight], "weight_decay": 0.05},
                {"params": [*vectors, self.projector.bias], "weight_decay": 0.0}]

    def loss(self):
        with torch.autocast(torch.device(self.device).type, torch.bfloat16, enabled=self.bfloat16):
            with torch.no_grad():
                teacher = vit_torch.forward(self.teacher_vit, views(self.teacher), self.images, fused_attention=True)
                targets = F.layer_norm(teacher.float(), teacher.shape[-1:], eps=1e-5)
            student = vit_torch.forward(self.student_vit, views(self.student), self.images, fused_attention=True)
            prediction = self.projector(student)
        return F.smooth_l1_loss(prediction.float(), targets, beta=2.0)

    def __call__(self):
        loss = self.loss_function()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.trained, 3.0, foreach=True)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        return loss.item()  # waits for the device


def measure(step, warmup, seconds):
    """Milliseconds of each step, and the last loss."""
    for _ in range(warmup):
        loss = step()
    times, begin = [], time.perf_counter()
    while time.perf_counter() - begin < seconds or len(times) < 3:
        start = time.perf_counter()
        loss = step()
        times.append(1000 * (time.perf_counter() - start))
    return times, loss


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--depth", type=int, default=12)
    parser.add_argument("--precision", choices=("float32", "bfloat16"), default="float32")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--warmup", type=int, default=2, help="steps that are not timed")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--compile", action="store_true", help="torch.compile the loss")
    return parser.parse_args()


def main():
    options = parse()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    times, loss = measure(Step(options), options.warmup, options.seconds)
    median, best = statistics.median(times), min(times)
    print(f"median {median:.0f} ms/step, {1000 * options.batch / median:.2f} img/s; "
          f"best {best:.0f} ms/step, {1000 * options.batch / best:.2f} img/s; {len(times)} steps")
    print(json.dumps(vars(options) | {
        "torch": torch.__version__, "machine": platform.machine(), "steps": len(times),
        "milliseconds_per_step": median, "best_milliseconds_per_step": best,
        "images_per_second": 1000 * options.batch / median, "best_images_per_second": 1000 * options.batch / best,
        "final_loss": loss}))


if __name__ == "__main__":
    main()
