namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static class impl
            {
                public class LambdaLR : LRScheduler
                {
                    private readonly Func<int, double> _factor;

                    public LambdaLR(Optimizer optimizer, Func<int, double> lr_lambda, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        _factor = lr_lambda;
                        step();
                    }

                    protected override IEnumerable<double> get_lr() => OfBase(_factor(Epoch));
                }

                public class StepLR : LRScheduler
                {
                    private readonly int _size;
                    private readonly double _gamma;

                    public StepLR(Optimizer optimizer, int step_size, double gamma = 0.1, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        (_size, _gamma) = (step_size, gamma);
                        step();
                    }

                    protected override IEnumerable<double> get_lr() => Scaled(Epoch == 0 || Epoch % _size != 0 ? 1 : _gamma);

                    protected override IEnumerable<double> get_closed_form_lr() => OfBase(Math.Pow(_gamma, Epoch / _size));
                }

                public class MultiStepLR : LRScheduler
                {
                    private readonly IList<int> _milestones;
                    private readonly double _gamma;

                    public MultiStepLR(
                        Optimizer optimizer, IList<int> milestones, double gamma = 0.1, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        (_milestones, _gamma) = (milestones, gamma);
                        step();
                    }

                    protected override IEnumerable<double> get_lr() => Scaled(Math.Pow(_gamma, _milestones.Count(m => m == Epoch)));

                    protected override IEnumerable<double> get_closed_form_lr() =>
                        OfBase(Math.Pow(_gamma, _milestones.Count(m => m <= Epoch)));
                }

                public class ExponentialLR : LRScheduler
                {
                    private readonly double _gamma;

                    public ExponentialLR(Optimizer optimizer, double gamma = 0.1, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        _gamma = gamma;
                        step();
                    }

                    protected override IEnumerable<double> get_lr() => Scaled(Epoch == 0 ? 1 : _gamma);

                    protected override IEnumerable<double> get_closed_form_lr() => OfBase(Math.Pow(_gamma, Epoch));
                }

                public class ConstantLR : LRScheduler
                {
                    private readonly double _factor;
                    private readonly int _total;

                    public ConstantLR(
                        Optimizer optimizer, double factor = 0.3333333333333333, int total_iters = 5, int last_epoch = -1,
                            bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        (_factor, _total) = (factor, total_iters);
                        step();
                    }

                    protected override IEnumerable<double> get_lr() => Scaled(Epoch == 0 ? _factor : Epoch == _total ? 1 / _factor : 1);

                    protected override IEnumerable<double> get_closed_form_lr() => OfBase(Epoch < _total ? _factor : 1);
                }

                public class CosineAnnealingLR : LRScheduler
                {
                    private readonly double _period, _floor;

                    public CosineAnnealingLR(
                        Optimizer optimizer, double T_max, double eta_min = 0, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        (_period, _floor) = (T_max, eta_min);
                        step();
                    }

                    private double Wave(int epoch) => 1 + Math.Cos(Math.PI * epoch / _period);

                    protected override IEnumerable<double> get_lr()
                    {
                        if (Epoch == 0) return Scaled(1);
                        if ((Epoch - 1 - _period) % (2 * _period) == 0)
                            return Groups.Zip(BaseRates, (g, rate) => g.LearningRate + (rate - _floor) * (2 - Wave(1)) / 2);
                        return Groups.Select(g => Wave(Epoch) / Wave(Epoch - 1) * (g.LearningRate - _floor) + _floor);
                    }

                    protected override IEnumerable<double> get_closed_form_lr() =>
                        BaseRates.Select(rate => _floor + (rate - _floor) * Wave(Epoch) / 2);
                }
            }
        }
    }
}
