using TorchSharp;
using static TorchSharp.torch;

namespace StandIns.Tests.TorchSharp;

[NonParallelizable]
public sealed class DisposeScopeTests
{
    [Test]
    public void Scope_WhenDisposed_DisposesWhatWasCreatedInIt()
    {
        Tensor inside, kept, outer;
        using (var all = NewDisposeScope())
        {
            outer = ones(2);
            using (NewDisposeScope())
            {
                inside = outer + 1;
                kept = (inside * 2).MoveToOuterDisposeScope();
            }
            Assert.That(inside.IsInvalid);
            Assert.That(kept.IsInvalid, Is.False);
            Assert.That(all.Contains(kept) && all.Contains(outer));
            Assert.That(all.DisposablesCount, Is.EqualTo(2));
        }
        Assert.That(kept.IsInvalid && outer.IsInvalid);
    }

    [Test]
    public void Detach_FromTheScope_LeavesTheTensorAlive()
    {
        Tensor kept;
        using (NewDisposeScope()) kept = ones(2).DetachFromDisposeScope();
        using (kept) Assert.That(kept.sum().item<float>(), Is.EqualTo(2));
    }

    [Test]
    public void Move_OutOfTheOutermostScope_LeavesTheTensorAlive()
    {
        using var kept = WrappedTensorDisposeScope(() => ones(2) + ones(2));
        Assert.That(kept.IsInvalid, Is.False);
    }

    [Test]
    public void Attach_ToAScope_HandsTheTensorOver()
    {
        var free = ones(1);
        using (var scope = NewDisposeScope()) scope.Attach(free);
        Assert.That(free.IsInvalid);
    }

    [Test]
    public void DisposeEverythingBut_OneTensor_KeepsThatOne()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (ones(1), ones(1));
        Assert.That(scope.DisposeEverythingBut(b), Is.SameAs(b));
        Assert.That(a.IsInvalid);
        Assert.That(b.IsInvalid, Is.False);
    }

    [Test]
    public void Scope_OfManyTemporaries_HoldsOnlyTheLivingOnes()
    {
        using var scope = NewDisposeScope();
        var kept = new List<Tensor>();
        for (int i = 0; i < 1000; i++)
        {
            using var temporary = ones(1);
            if (i % 100 == 0) kept.Add(temporary + i);
        }
        Assert.That(scope.DisposablesCount, Is.EqualTo(10));
        Assert.That(kept.Select(k => k.item<float>()), Is.EqualTo(Enumerable.Range(0, 10).Select(i => 100f * i + 1)));
    }

    [Test]
    public void Scope_OfAnotherThread_IsNotOurs()
    {
        using var scope = NewDisposeScope();
        Tensor? theirs = null;
        var thread = new Thread(() => theirs = ones(1));
        thread.Start();
        thread.Join();
        using (theirs) Assert.That(scope.Contains(theirs!), Is.False);
    }

    [Test]
    public void Statistics_OfTheThread_CountTheLiving()
    {
        DisposeScopeManager.Statistics.Reset();
        using (NewDisposeScope())
        {
            var a = ones(1);
            var b = a + 1;
            Assert.That(DisposeScopeManager.Statistics.ThreadTotalLiveCount, Is.EqualTo(2));
        }
        Assert.That(DisposeScopeManager.Statistics.ThreadTotalLiveCount, Is.Zero);
        Assert.That(DisposeScopeManager.Statistics.CreatedInScopeCount, Is.EqualTo(2));
    }

    [Test]
    public void Statistics_OfAParameter_CountItOnce()
    {
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        var parameter = new global::TorchSharp.Modules.Parameter(ones(1));
        Assert.That(DisposeScopeManager.Statistics.ThreadTotalLiveCount, Is.EqualTo(before + 1));
        parameter.Dispose();
        Assert.That(DisposeScopeManager.Statistics.ThreadTotalLiveCount, Is.EqualTo(before));
    }

    [Test]
    public void Statistics_OfForgottenTensors_GoDownOnTheFinalizersThread()
    {
        var (own, finalizers) = Counts();
        Forget(100);
        var (ownAfter, finalizersAfter) = Counts();
        Assert.That(ownAfter - own, Is.EqualTo(100));
        Assert.That(finalizers - finalizersAfter, Is.AtLeast(90), "a few may still be reachable");

        static (long Own, long Finalizers) Counts()
        {
            Collect();
            FinalizerCount.Make();
            Collect();
            return (DisposeScopeManager.Statistics.ThreadTotalLiveCount, Interlocked.Read(ref FinalizerCount.Value));
        }
    }

    private sealed class FinalizerCount
    {
        public static long Value;

        ~FinalizerCount() => Interlocked.Exchange(ref Value, DisposeScopeManager.Statistics.ThreadTotalLiveCount);

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        public static void Make() => _ = new FinalizerCount();
    }

    [Test]
    public void Finalizer_OfForgottenTensors_GivesThemBack()
    {
        Collect();
        var before = Tensor.TotalCount;
        Forget(500);
        Collect();
        Assert.That(Tensor.TotalCount, Is.LessThan(before + 50));
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static void Forget(int count)
    {
        for (int i = 0; i < count; i++) _ = ones(100);
    }

    private static void Collect()
    {
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }
}
