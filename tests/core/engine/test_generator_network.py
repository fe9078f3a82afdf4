import pytest
import torch

from core.engine.networks import generator
from core.engine.networks.generator import DELAYS, Config, DualStream, load
from core.gaze import INTENT_WIDTH
from core.motion import MOTION_FPS

K = 20


@pytest.fixture
def network():
    """A small network whose outlets are not zero, as if it had been trained."""
    torch.manual_seed(0)
    network = DualStream(Config(condition=K, widths=(16, 24, 32), embedding=16, role=4, heads=2)).eval()
    for parameter in network.parameters():
        if not parameter.any():
            torch.nn.init.normal_(parameter, std=0.1)
    return network


def without_attention(network: DualStream) -> DualStream:
    """The same network, whose cross-attention adds nothing."""
    for attention in network.cross:
        torch.nn.init.zeros_(attention.out.weight)
    return network


def told(pairs=2, frames=40):
    """Noisy motion, condition and noise levels."""
    torch.manual_seed(1)
    condition = torch.randn(pairs, 2, frames, K)
    condition[..., 0] = torch.rand(pairs, 2, frames)
    return torch.randn(pairs, 2, frames, INTENT_WIDTH), condition, torch.rand(pairs, 1, 1).expand(pairs, 2, frames)


def test_its_columns_and_frames_are_those_of_the_contract():
    assert (generator.INTENT, generator.FPS) == (INTENT_WIDTH, MOTION_FPS)


@torch.no_grad()
def test_swapping_the_people_swaps_the_motions(network):
    noisy, condition, t = told()
    swapped = network(noisy.flip(1), condition.flip(1), t.flip(1))
    assert torch.allclose(swapped.flip(1), network(noisy, condition, t), atol=1e-5)


@torch.no_grad()
def test_each_person_sees_the_other_only_through_cross_attention(network):
    noisy, condition, t = told()
    other = noisy.clone()
    other[:, 1] += torch.randn(2, 40, INTENT_WIDTH)
    assert not torch.allclose(network(other, condition, t)[:, 0], network(noisy, condition, t)[:, 0], atol=1e-3)

    without_attention(network)
    assert torch.allclose(network(other, condition, t)[:, 0], network(noisy, condition, t)[:, 0], atol=1e-5)


@torch.no_grad()
def test_every_head_begins_at_its_own_moment_of_the_partner(network):
    for level, (attention, delays) in enumerate(zip(network.cross, DELAYS, strict=True)):
        near = attention.bias(100)
        seconds = 2**level / 25
        for head, back in enumerate((delays.first, delays.last)):
            assert abs(int(near[head, 80].argmax()) - (80 - back / seconds)) <= 0.5 and near.max() <= 0


@torch.no_grad()
def test_of_a_partner_in_pure_noise_nothing_is_seen_but_the_state(network):
    for attention in network.cross:
        torch.nn.init.zeros_(attention.key_value.weight)  # the state
    noisy, condition, _ = told()
    other = noisy.clone()
    other[:, 1] += torch.randn(2, 40, INTENT_WIDTH)
    unseen, seen = torch.ones(2, 2, 40), torch.full((2, 2, 40), 0.5)
    change = [(network(other, condition, t) - network(noisy, condition, t))[:, 0].abs().max() for t in (unseen, seen)]
    assert change[0] < 1e-5 and change[1] > 1e-3


@torch.no_grad()
def test_who_speaks_changes_the_motion(network):
    noisy, condition, t = told()
    wrong = condition.clone()
    wrong[..., 0] = 1 - wrong[..., 0]
    assert (network(noisy, wrong, t) - network(noisy, condition, t)).abs().mean() > 0.01


@torch.no_grad()
def test_pairs_of_a_batch_do_not_touch_each_other(network):
    noisy, condition, t = told()
    assert torch.allclose(network(noisy, condition, t)[1:], network(noisy[1:], condition[1:], t[1:]), atol=1e-5)


@torch.no_grad()
@pytest.mark.parametrize("frames", [1, 2, 13, 250])
def test_any_number_of_frames_is_taken(network, frames):
    noisy, condition, t = told(1, frames)
    assert network(noisy, condition, t).shape == (1, 2, frames, INTENT_WIDTH)


@torch.no_grad()
def test_later_in_a_long_window_the_same_happens(network):
    """Nothing but the neighbourhood and the partner counts: in the middle a shift by whole steps changes nothing."""
    alone = without_attention(network)
    noisy, condition, t = told(1, 240)
    whole = alone(noisy, condition, t)
    part = alone(noisy[:, :, 40:], condition[:, :, 40:], t[:, :, 40:])
    assert torch.allclose(whole[:, :, 140:], part[:, :, 100:], atol=1e-4)


@torch.no_grad()
def test_a_dropped_condition_is_not_seen(network):
    noisy, condition, t = told()
    gone = torch.tensor([True, True])
    assert torch.equal(network(noisy, condition, t, gone), network(noisy, torch.randn_like(condition), t, gone))


def test_the_shipped_network_has_four_to_eight_million_parameters():
    network = load()
    assert type(network) is DualStream
    assert 4e6 < sum(parameter.numel() for parameter in network.parameters()) < 8e6
