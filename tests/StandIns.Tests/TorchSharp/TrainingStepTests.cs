using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace StandIns.Tests.TorchSharp;

[NonParallelizable]
public sealed class TrainingStepTests
{
    [Test]
    public void Training_OfASmallNet_LowersTheLossWithAFlatTensorCount()
    {
        manual_seed(1);
        using var net = nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.LayerNorm(8), nn.Linear(8, 1));
        using var optimizer = optim.AdamW(net.parameters(), 0.02, weight_decay: 0.01);
        var schedule = optim.lr_scheduler.LambdaLR(optimizer, step => Math.Min(1, (step + 1) / 10.0));
        using var x = randn(64, 3);
        using var y = x.sum(1, keepdim: true).sin();
        var (losses, living) = (new List<float>(), new List<long>());
        for (int step = 0; step < 200; step++)
        {
            using (NewDisposeScope())
            {
                optimizer.zero_grad();
                var loss = nn.functional.mse_loss(net.call(x), y);
                loss.backward();
                nn.utils.clip_grad_norm_(net.parameters(), 1);
                optimizer.step();
                schedule.step();
                losses.Add(loss.item<float>());
            }
            living.Add(DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        }
        Assert.That(losses[^1], Is.LessThan(losses[0] / 5));
        Assert.That(living.Skip(1), Is.All.EqualTo(living[1]));
    }
}
