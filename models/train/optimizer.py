"""Muon for the matrices of a network and AdamW for everything else, as one optimizer.

Muon makes the momentum of a weight matrix orthogonal before it is applied, so that all its directions learn at
the same pace; small networks then need clearly fewer samples than with Adam.
Both halves share one learning rate: Muon's step is scaled to the root mean square that Adam's steps have.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn

# Quintic iteration whose slope at 0 is large: five rounds bring singular values to about 0.7..1.2, which is enough.
_A, _B, _C = 3.4445, -4.7750, 2.0315


def orthogonalise(matrices: Tensor, rounds: int = 5) -> Tensor:
    """Nearest matrices with all singular values about 1. (N, rows, columns) -> bfloat16 of the same shape."""
    x = matrices.bfloat16()
    wide = x if x.shape[-2] <= x.shape[-1] else x.mT
    wide = wide / (wide.float().norm(dim=(-2, -1), keepdim=True).bfloat16() + 1e-7)
    for _ in range(rounds):
        gram = wide @ wide.mT
        wide = _A * wide + (_B * gram + _C * (gram @ gram)) @ wide
    return wide if x.shape[-2] <= x.shape[-1] else wide.mT


def is_matrix(name: str, parameter: Tensor) -> bool:
    """True for weights that Muon should step: linear and convolution weights inside the network.

    Embeddings are tables of vectors, not maps, and the first and last convolution have too few channels on one
    side for orthogonal steps to make sense.
    """
    if parameter.ndim < 2 or ("embedding" in name and "time_embedding" not in name):
        return False
    rows, columns = parameter.shape[0], parameter[0].numel()
    return min(rows, columns) >= 24


class Muon(torch.optim.Optimizer):
    """Muon on matrices (is_matrix), AdamW on the rest. lr: the step's root mean square is about 0.2 * lr."""

    def __init__(
        self,
        named: Iterable[tuple[str, nn.Parameter]],
        lr: float,
        momentum: float = 0.95,
        betas: tuple[float, float] = (0.9, 0.99),
        weight_decay: float = 0.01,
        adam_scale: float = 1.0,
        muon: bool = True,
        slow: tuple[str, float] = ("", 1.0),
    ) -> None:
        """Args: adam_scale: AdamW's rate as a share of lr. slow: matrices whose names begin so, and their share of lr."""
        prefix, share = slow
        matrices: dict[float, list[nn.Parameter]] = {1.0: [], share: []}
        others: list[nn.Parameter] = []
        for name, parameter in named:
            if parameter.requires_grad:
                scale = share if prefix and name.startswith(prefix) else 1.0
                (matrices[scale] if muon and is_matrix(name, parameter) else others).append(parameter)
        groups = [
            *({"params": found, "muon": True, "scale": scale} for scale, found in matrices.items()),
            {"params": others, "muon": False, "scale": adam_scale},
        ]
        defaults = {"lr": lr, "momentum": momentum, "betas": betas, "weight_decay": weight_decay}
        super().__init__([g for g in groups if g["params"]], defaults)

    def set_rate(self, lr: float) -> None:
        """Use this learning rate from the next step on."""
        for group in self.param_groups:
            group["lr"] = lr

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        """Apply the gradients once."""
        for group in self.param_groups:
            parameters = [p for p in group["params"] if p.grad is not None]
            if parameters:
                (self._muon if group["muon"] else self._adam)(group, parameters)

    def _muon(self, group: dict, parameters: list[Tensor]) -> None:
        shapes: dict[tuple[int, int], list[Tensor]] = defaultdict(list)
        for p in parameters:
            shapes[(p.shape[0], p[0].numel())].append(p)
        mu = group["momentum"]
        for (rows, columns), same in shapes.items():
            for p in same:
                self.state[p].setdefault("momentum", torch.zeros_like(p))
            momenta = [self.state[p]["momentum"] for p in same]
            grads = [p.grad for p in same if p.grad is not None]
            torch._foreach_lerp_(momenta, grads, 1.0 - mu)
            ahead = torch._foreach_lerp(grads, momenta, mu)
            steps = orthogonalise(torch.stack([a.reshape(rows, columns) for a in ahead])).float()
            lr = group["lr"] * group["scale"]
            size = 0.2 * max(rows, columns) ** 0.5 * lr
            torch._foreach_mul_(same, 1.0 - lr * group["weight_decay"])
            for p, update in zip(same, steps, strict=True):
                p.sub_(update.view(p.shape), alpha=size)

    def _adam(self, group: dict, parameters: list[Tensor]) -> None:
        first, second = group["betas"]
        lr = group["lr"] * group["scale"]
        for p in parameters:
            state = self.state[p]
            if not state:
                state["mean"], state["square"] = torch.zeros_like(p), torch.zeros_like(p)
                state["count"] = torch.zeros(())
            state["count"] += 1
        count = float(self.state[parameters[0]]["count"])
        grads = [p.grad for p in parameters if p.grad is not None]
        means = [self.state[p]["mean"] for p in parameters]
        squares = [self.state[p]["square"] for p in parameters]
        torch._foreach_lerp_(means, grads, 1.0 - first)
        torch._foreach_mul_(squares, second)
        torch._foreach_addcmul_(squares, grads, grads, 1.0 - second)
        roots = torch._foreach_sqrt(torch._foreach_div(squares, 1.0 - second**count))
        torch._foreach_add_(roots, 1e-8)
        torch._foreach_mul_(parameters, 1.0 - lr * group["weight_decay"])
        torch._foreach_addcdiv_(parameters, means, roots, value=-lr / (1.0 - first**count))


def clip(parameters: Iterable[nn.Parameter], limit: float = 1.0) -> Tensor:
    """Scale the gradients down to a norm of at most `limit`; the norm they had, on their device."""
    return nn.utils.clip_grad_norm_(list(parameters), limit, foreach=True)
