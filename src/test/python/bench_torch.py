"""Times the feature distillation step in PyTorch, for comparison with bench.

    python bench_torch.py --batch 8 --threads 2 --seconds 60 --precision float32
    python bench_torch.py --network swin_v2_b --batch 4 --threads 2

Teacher forward without gradients, whitening, student forward, projector, smooth-L1, backward, clipping
at 3.0, fused AdamW. ViT-B/16 with shared relative position bias is ours, with PyTorch's
scaled_dot_product_attention; SwinV2-B with windows of 14 is timm's. The last line is JSON.
"""

import argparse
import dataclasses
import json
import platform
import statistics
import time

import torch
import torch.nn.functional as F
from timm.models import swin_transformer_v2

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


class VitPair:
    """Teacher and student as ViT-B/16."""

    width = STUDENT.width

    def __init__(self, options):
        self.teacher_vit = dataclasses.replace(TEACHER, depth=options.depth)
        self.student_vit = dataclasses.replace(STUDENT, depth=options.depth)
        self.teacher_leaves = parameters(self.teacher_vit, options.device, False)
        self.student_leaves = parameters(self.student_vit, options.device, True)

    def images(self, count, device):
        return torch.randn(count, STUDENT.image_size, STUDENT.image_size, 3, device=device)

    def teacher(self, images):
        return vit_torch.forward(self.teacher_vit, views(self.teacher_leaves), images, fused_attention=True)

    def student(self, images):
        return vit_torch.forward(self.student_vit, views(self.student_leaves), images, fused_attention=True)

    def named_parameters(self):
        return self.student_leaves.items()


class SwinPair:
    """Teacher and student as SwinV2-B with windows of 14."""

    width = 1024

    def __init__(self, options):
        def network():
            return swin_transformer_v2.SwinTransformerV2(
                img_size=224, window_size=14, embed_dim=128, depths=(2, 2, 18, 2), num_heads=(4, 8, 16, 32),
                num_classes=0).to(options.device)
        self.teacher_network = network().eval().requires_grad_(False)
        self.student_network = network().train()

    def images(self, count, device):
        return torch.randn(count, 3, 224, 224, device=device)

    def teacher(self, images):
        return self.teacher_network.forward_features(images)

    def student(self, images):
        return self.student_network.forward_features(images)

    def named_parameters(self):
        return self.student_network.named_parameters()


PAIRS = {"vit_b16": VitPair, "swin_v2_b": SwinPair}


class Step:
    """One optimiser step on a fixed batch."""

    def __init__(self, options):
        self.bfloat16 = options.precision == "bfloat16"
        self.device = options.device
        self.pair = PAIRS[options.network](options)
        self.images = self.pair.images(options.batch, self.device)
        self.projector = torch.nn.Linear(self.pair.width, self.pair.width, device=self.device)
        self.trained = [*(p for _, p in self.pair.named_parameters()), *self.projector.parameters()]
        self.optimizer = torch.optim.AdamW(self.groups(), lr=1.2e-3, betas=(0.9, 0.999), eps=1e-8, fused=True)
        self.loss_function = torch.compile(self.loss) if options.compile else self.loss

    def groups(self):
        def bare(name, parameter):
            return parameter.ndim == 1 or name in ("cls_token", "pos_embed")
        named = list(self.pair.named_parameters())
        vectors = [p for n, p in named if bare(n, p)]
        matrices = [p for n, p in named if not bare(n, p)]
        return [{"params": [*matrices, self.projector.weight], "weight_decay": 0.05},
                {"params": [*vectors, self.projector.bias], "weight_decay": 0.0}]

    def loss(self):
        with torch.autocast(torch.device(self.device).type, torch.bfloat16, enabled=self.bfloat16):
            with torch.no_grad():
                teacher = self.pair.teacher(self.images)
                targets = F.layer_norm(teacher.float(), teacher.shape[-1:], eps=1e-5)
            prediction = self.projector(self.pair.student(self.images))
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
    parser.add_argument("--network", choices=PAIRS, default="vit_b16")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--depth", type=int, default=12, help="blocks of the ViT")
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
