using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace StandIns.Tests.ML;

internal sealed class EnvironmentTests
{
    [Test]
    public void Register_UnderAnyName_GivesTheStreamOfItsTurn()
    {
        IHostEnvironment first = new MLContext(7);
        IHostEnvironment second = new MLContext(7);
        Assert.That(Draw(first.Register("a")), Is.EqualTo(Draw(second.Register("b"))));
        Assert.That(Draw(first.Register("a")), Is.Not.EqualTo(Draw(first.Register("a"))));
    }

    [Test]
    public void Register_WithASeed_DoesNotDependOnItsTurn()
    {
        IHostEnvironment first = new MLContext(7);
        IHostEnvironment second = new MLContext(8);
        second.Register("before");
        Assert.That(Draw(first.Register("a", seed: 3)), Is.EqualTo(Draw(second.Register("b", seed: 3))));
    }

    [Test]
    public void Context_WithoutSeed_IsDifferentEveryTime() =>
        Assert.That(Draw(((IHostEnvironment)new MLContext()).Register("a")),
            Is.Not.EqualTo(Draw(((IHostEnvironment)new MLContext()).Register("a"))));

    [Test]
    public void Log_OfAChannel_TellsMessageKindAndSource()
    {
        var ml = new MLContext(1);
        var events = new List<LoggingEventArgs>();
        ml.Log += (_, e) => events.Add(e);
        using (var channel = ((IHostEnvironment)ml).Register("Trainer").Start("Epoch"))
        {
            channel.Info(MessageSensitivity.None, "step {0} of {1}", 2, 5);
            channel.Warning(MessageSensitivity.None, "slow");
            channel.Trace(MessageSensitivity.None, "detail");
            channel.Error(MessageSensitivity.None, "bad");
        }
        var ours = events.Where(e => e.Source?.StartsWith("Trainer", StringComparison.Ordinal) == true).ToList();
        Assert.That(ours.Select(e => e.Kind), Is.EqualTo(new[]
        {
            ChannelMessageKind.Trace, ChannelMessageKind.Info, ChannelMessageKind.Warning, ChannelMessageKind.Trace,
            ChannelMessageKind.Error, ChannelMessageKind.Trace, ChannelMessageKind.Trace,
        }));
        Assert.That(ours[1].RawMessage, Is.EqualTo("step 2 of 5"));
        Assert.That(ours[1].Message, Does.Contain("step 2 of 5"));
        Assert.That(ours.Select(e => e.Source), Is.All.EqualTo("Trainer; Epoch"));
        Assert.That(ours[0].RawMessage, Is.EqualTo("Channel started"));
        Assert.That(ours[^2].RawMessage, Does.StartWith("Channel finished. Elapsed "));
        Assert.That(ours[^1].RawMessage, Is.EqualTo("Channel disposed"));
    }

    [Test]
    public void Options_SetAndRemoved_AreFoundByName()
    {
        var ml = new MLContext(1);
        Assert.That(ml.TryAddOption("name", 3), Is.True);
        Assert.That(ml.TryAddOption("name", 4), Is.False);
        Assert.That(ml.GetOptionOrDefault<int>("name"), Is.EqualTo(3));
        ml.SetOption("name", 5);
        Assert.That(ml.TryGetOption<int>("name", out var value), Is.True);
        Assert.That(value, Is.EqualTo(5));
        Assert.That(ml.RemoveOption("name"), Is.True);
        Assert.That(ml.TryGetOption<int>("name", out _), Is.False);
    }

    [Test]
    public void Device_UnlessSet_IsNone() => Assert.That(new MLContext(1).GpuDeviceId, Is.Null);

    private static int Draw(IHost host) => host.Rand.Next();
}
