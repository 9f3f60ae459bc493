namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            /// <summary>Sets the groups' learning rates; the first step is taken on construction.</summary>
            public abstract class LRScheduler
            {
                private protected readonly Optimizer Optimizer;
                private protected readonly List<double> BaseRates = [];
                private protected int Epoch;
                private List<double> _last = [];

                protected int _step_count;

                protected LRScheduler() { }

                protected LRScheduler(Optimizer optimizer, int last_epoch = -1, bool verbose = false)
                {
                    Optimizer = optimizer;
                    Epoch = last_epoch;
                    foreach (var group in optimizer.ParamGroups)
                    {
                        if (last_epoch == -1) group.InitialLearningRate = group.LearningRate;
                        BaseRates.Add(group.InitialLearningRate);
                    }
                }

                private protected List<ILearningRateController> Groups => Optimizer.ParamGroups.ToList();

                public virtual void step() => step(null);

                public virtual void step(int? epoch)
                {
                    _step_count++;
                    Epoch = epoch ?? Epoch + 1;
                    Apply(epoch is null ? get_lr() : get_closed_form_lr());
                }

                public virtual void step(double current, int? epoch = null) => step(epoch);

                private protected void Apply(IEnumerable<double> rates)
                {
                    _last = rates.ToList();
                    foreach (var (group, rate) in Groups.Zip(_last)) group.LearningRate = rate;
                }

                public IEnumerable<double> get_last_lr() => _last;

                protected virtual IEnumerable<double> get_lr() => Groups.Select(g => g.LearningRate);

                protected virtual IEnumerable<double> get_closed_form_lr() => get_lr();

                /// <summary>The current rates, each times a factor.</summary>
                private protected IEnumerable<double> Scaled(double factor) => Groups.Select(g => g.LearningRate * factor);

                /// <summary>The initial rates, each times a factor.</summary>
                private protected IEnumerable<double> OfBase(double factor) => BaseRates.Select(r => r * factor);
            }

            public static LRScheduler LambdaLR(
                Optimizer optimizer, Func<int, double> lr_lambda, int last_epoch = -1, bool verbose = false) =>
                new impl.LambdaLR(optimizer, lr_lambda, last_epoch, verbose);

            public static LRScheduler StepLR(
                Optimizer optimizer, int step_size, double gamma = 0.1, int last_epoch = -1, bool verbose = false) =>
                new impl.StepLR(optimizer, step_size, gamma, last_epoch, verbose);

            public static LRScheduler MultiStepLR(
                Optimizer optimizer, IList<int> milestones, double gamma = 0.1, int last_epoch = -1, bool verbose = false) =>
                new impl.MultiStepLR(optimizer, milestones, gamma, last_epoch, verbose);

            public static LRScheduler ExponentialLR(Optimizer optimizer, double gamma = 0.1, int last_epoch = -1, bool verbose = false) =>
                new impl.ExponentialLR(optimizer, gamma, last_epoch, verbose);

            public static LRScheduler ConstantLR(
                Optimizer optimizer, double factor = 0.3333333333333333, int total_iters = 5, int last_epoch = -1, bool verbose = false) =>
                new impl.ConstantLR(optimizer, factor, total_iters, last_epoch, verbose);

            public static LRScheduler CosineAnnealingLR(
                Optimizer optimizer, double T_max, double eta_min = 0, int last_epoch = -1, bool verbose = false) =>
                new impl.CosineAnnealingLR(optimizer, T_max, eta_min, last_epoch, verbose);
        }
    }
}
